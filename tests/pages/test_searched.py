import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model.metrics.recall_area import area_report
from pages.components import searched


def told(*areas: float) -> dict[str, object]:
    report = area_report(areas, samples=50)
    balanced = area_report(areas, ["a"] + ["b"] * (len(areas) - 1), samples=50)
    return {"recall_area": json.loads(json.dumps({**report, "balanced": balanced}))}


def test_curves_and_budgets_are_those_of_the_figures() -> None:
    both = {"one": told(1e3, 1e4, 1e5, 1e8), "two": {"n": 5}}
    curve = searched.curves(both)
    assert set(curve["player"]) == {"one"} and curve["share"].iloc[-1] == 1.0
    table = searched.budgets(both).set_index("figure")["one"]
    assert table["found in the area of a cap of 25 km"].startswith("25.0% (")
    assert table["area that holds 50 % of the places"].startswith("10,000 km² (")
    weighed = searched.budgets(both, balanced=True).set_index("figure")["one"]
    assert weighed["found in the area of a cap of 25 km"].startswith("50.0% (")


@pytest.mark.parametrize("broken", [
    None, 3, [], {"curve": 1}, {"curve": {"area_km2": 5, "recall": [1]}},
    {"curve": {"area_km2": ["x"], "recall": [None]}},
    {"balanced": "x", "recall": {"25": "many"}}, {"curve": {"area_km2": [-1, 10], "recall": [0.5, 7]}},
])  # fmt: skip
def test_figures_that_may_hold_anything_draw_nothing(broken: object) -> None:
    for balanced in (False, True):
        assert searched.curves({"one": {"recall_area": broken}}, balanced).empty
        assert searched.budgets({"one": {"recall_area": broken}}, balanced).empty


def test_an_interval_that_is_none_is_left_out() -> None:
    figures = told(1e3, 1e4)
    figures["recall_area"]["interval_95"] = {"recall": {"25": [0.1, "x"]}}  # type: ignore[index]
    table: pd.DataFrame = searched.budgets({"one": figures})
    assert "(" not in "".join(table["one"])


def test_the_page_shows_them_and_can_weigh_all_densities_alike() -> None:
    def page(figures: dict[str, object]) -> None:
        from pages.components import searched
        from pages.components.identity import MODEL

        searched.show({"one": figures}, {"one": MODEL})

    app = AppTest.from_function(page, args=(told(1e3, 1e4, 1e5),)).run(timeout=60)
    assert not app.exception and len(app.get("vega_lite_chart")) == 1
    before = app.dataframe[0].value["one"].tolist()
    app.toggle(key="evaluate-balanced").set_value(True).run(timeout=60)
    assert not app.exception and app.dataframe[0].value["one"].tolist() != before
    nothing = AppTest.from_function(page, args=({"n": 3},)).run(timeout=60)
    assert not nothing.exception and not nothing.subheader
