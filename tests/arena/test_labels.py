from arena.labels import map_labels


def test_every_large_country_has_its_name_where_its_people_are():
    countries = {name: (lat, lng) for name, lat, lng, _ in map_labels()["countries"]}
    assert len(countries) > 190
    for name, lat, lng in [("Canada", 50, -90), ("France", 47, 2), ("Fiji", -17.8, 178), ("Australia", -33, 145)]:
        assert abs(countries[name][0] - lat) < 6, name
        assert abs((countries[name][1] - lng + 180) % 360 - 180) < 12, name


def test_the_largest_come_first():
    labels = map_labels()
    assert labels["countries"][0][0] == "Russia"
    assert labels["towns"][0][0] == "Shanghai"
    assert len(labels["towns"]) == 1500
