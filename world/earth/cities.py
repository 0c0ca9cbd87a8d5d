"""Famous cities: names that everyone knows, looked up in the atlas. Knows no scene and no split."""

from functools import lru_cache

import numpy as np
import pandas as pd

from model.errors import ArtifactError
from model.geo.atlas import Atlas

# name as GeoNames writes it, ISO-2 code of the country; training data of the preset are drawn from these alone
FIRST: tuple[tuple[str, str], ...] = (
    ("Paris", "FR"), ("London", "GB"), ("Edinburgh", "GB"), ("Dublin", "IE"), ("Reykjavík", "IS"), ("Rome", "IT"),
    ("Madrid", "ES"), ("Barcelona", "ES"), ("Lisbon", "PT"), ("Berlin", "DE"), ("Amsterdam", "NL"), ("Zürich", "CH"),
    ("Vienna", "AT"), ("Prague", "CZ"), ("Budapest", "HU"), ("Warsaw", "PL"), ("Athens", "GR"), ("Istanbul", "TR"),
    ("Kyiv", "UA"), ("Moscow", "RU"), ("Saint Petersburg", "RU"), ("Stockholm", "SE"), ("Oslo", "NO"),
    ("Copenhagen", "DK"), ("Helsinki", "FI"), ("Cairo", "EG"), ("Marrakesh", "MA"), ("Tunis", "TN"), ("Lagos", "NG"),
    ("Accra", "GH"), ("Dakar", "SN"), ("Nairobi", "KE"), ("Addis Ababa", "ET"), ("Cape Town", "ZA"),
    ("Johannesburg", "ZA"), ("Dubai", "AE"), ("Jerusalem", "IL"), ("Tehran", "IR"), ("Tashkent", "UZ"),
    ("Mumbai", "IN"), ("Delhi", "IN"), ("Kolkata", "IN"), ("Kathmandu", "NP"), ("Colombo", "LK"), ("Dhaka", "BD"),
    ("Bangkok", "TH"), ("Hanoi", "VN"), ("Singapore", "SG"), ("Kuala Lumpur", "MY"), ("Jakarta", "ID"),
    ("Manila", "PH"), ("Hong Kong", "HK"), ("Shanghai", "CN"), ("Beijing", "CN"), ("Seoul", "KR"), ("Tokyo", "JP"),
    ("Kyoto", "JP"), ("Taipei", "TW"), ("Ulan Bator", "MN"), ("Sydney", "AU"), ("Melbourne", "AU"),
    ("Auckland", "NZ"), ("Honolulu", "US"), ("New York City", "US"), ("San Francisco", "US"), ("Los Angeles", "US"),
    ("Chicago", "US"), ("New Orleans", "US"), ("Toronto", "CA"), ("Montréal", "CA"), ("Vancouver", "CA"),
    ("Mexico City", "MX"), ("Havana", "CU"), ("Bogotá", "CO"), ("Quito", "EC"), ("Lima", "PE"), ("Cusco", "PE"),
    ("La Paz", "BO"), ("Santiago", "CL"), ("Buenos Aires", "AR"), ("Montevideo", "UY"), ("Rio de Janeiro", "BR"),
    ("São Paulo", "BR"),
)  # fmt: skip

# further ones that games are played in
FURTHER: tuple[tuple[str, str], ...] = (
    ("Lyon", "FR"), ("Bordeaux", "FR"), ("Stuttgart", "DE"), ("Köln", "DE"), ("Hannover", "DE"), ("Rotterdam", "NL"),
    ("The Hague", "NL"), ("Milan", "IT"), ("Verona", "IT"), ("Valencia", "ES"), ("Zaragoza", "ES"), ("Porto", "PT"),
    ("Leeds", "GB"), ("Tallinn", "EE"), ("Riga", "LV"), ("Turku", "FI"), ("Braşov", "RO"), ("Chernivtsi", "UA"),
    ("Kazan", "RU"), ("Rostov-on-Don", "RU"), ("Astrakhan", "RU"), ("Bursa", "TR"), ("Konya", "TR"), ("Yerevan", "AM"),
    ("Tabriz", "IR"), ("Shiraz", "IR"), ("Basrah", "IQ"), ("Jeddah", "SA"), ("Almaty", "KZ"), ("Bishkek", "KG"),
    ("Islamabad", "PK"), ("Multan", "PK"), ("Udaipur", "IN"), ("Kochi", "IN"), ("Osaka", "JP"), ("Kobe", "JP"),
    ("Busan", "KR"), ("Tianjin", "CN"), ("Shenzhen", "CN"), ("Qingdao", "CN"), ("Harbin", "CN"), ("Macau", "MO"),
    ("Haiphong", "VN"), ("Malacca", "MY"), ("Baguio", "PH"), ("Perth", "AU"), ("Darwin", "AU"), ("Christchurch", "NZ"),
    ("Philadelphia", "US"), ("San Diego", "US"), ("Sacramento", "US"), ("Tucson", "US"), ("Louisville", "US"),
    ("Colorado Springs", "US"), ("Tijuana", "MX"), ("Panama City", "PA"), ("Paramaribo", "SR"), ("Port of Spain", "TT"),
    ("Cali", "CO"), ("Arequipa", "PE"), ("Puno", "PE"), ("Antofagasta", "CL"), ("Recife", "BR"), ("Fortaleza", "BR"),
    ("Natal", "BR"), ("Suez", "EG"), ("Khartoum", "SD"), ("Niamey", "NE"), ("Kano", "NG"), ("Gonder", "ET"),
    ("Lusaka", "ZM"), ("Windhoek", "NA"),
)  # fmt: skip
FAMOUS = FIRST + FURTHER


@lru_cache(maxsize=1)
def famous_cities() -> pd.DataFrame:
    """The cities in the order of FAMOUS: name, country, lat, lng; of several of a name the most populous.

    Raises:
        ArtifactError: the atlas lacks one of them.
    """
    towns = Atlas.open().towns
    known = towns[towns["name"].isin([name for name, _ in FAMOUS])].sort_values("population", ascending=False)
    first = known.drop_duplicates(["name", "country"]).set_index(["name", "country"])
    found = first[["lat", "lng"]].reindex(pd.MultiIndex.from_tuples(FAMOUS, names=["name", "country"])).reset_index()
    lost = found.loc[found["lat"].isna(), "name"]
    if len(lost):
        raise ArtifactError(
            f"looked for {', '.join(lost)} in the atlas, found no such city; build it again with "
            "`python -m model.geo.atlas`."
        )
    return found.astype({"lat": np.float64, "lng": np.float64})
