"""Readable names for admin-1 regions. GeoNames' towns carry the code of their region, but no package carries the names.

The rule: the states of the USA by the package's table, the regions of the countries below by ours, every other region
as "around X", X being its most populous town. The code stays beside the name (`region_code`).
"""

import pandas as pd

# GeoNames admin-1 codes of large countries that players know by region.
REGION_NAMES: dict[str, dict[str, str]] = {
    "GB": {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"},
    "CA": {"01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick",
           "05": "Newfoundland and Labrador", "07": "Nova Scotia", "08": "Ontario", "09": "Prince Edward Island",
           "10": "Quebec", "11": "Saskatchewan", "12": "Yukon", "13": "Northwest Territories", "14": "Nunavut"},
    "AU": {"01": "Australian Capital Territory", "02": "New South Wales", "03": "Northern Territory",
           "04": "Queensland", "05": "South Australia", "06": "Tasmania", "07": "Victoria", "08": "Western Australia"},
    "DE": {"01": "Baden-Württemberg", "02": "Bavaria", "03": "Bremen", "04": "Hamburg", "05": "Hesse",
           "06": "Lower Saxony", "07": "North Rhine-Westphalia", "08": "Rhineland-Palatinate", "09": "Saarland",
           "10": "Schleswig-Holstein", "11": "Brandenburg", "12": "Mecklenburg-Vorpommern", "13": "Saxony",
           "14": "Saxony-Anhalt", "15": "Thuringia", "16": "Berlin"},
    "FR": {"11": "Île-de-France", "24": "Centre-Val de Loire", "27": "Bourgogne-Franche-Comté", "28": "Normandy",
           "32": "Hauts-de-France", "44": "Grand Est", "52": "Pays de la Loire", "53": "Brittany",
           "75": "Nouvelle-Aquitaine", "76": "Occitanie", "84": "Auvergne-Rhône-Alpes",
           "93": "Provence-Alpes-Côte d'Azur", "94": "Corsica"},
    "IT": {"01": "Abruzzo", "02": "Basilicata", "03": "Calabria", "04": "Campania", "05": "Emilia-Romagna",
           "06": "Friuli Venezia Giulia", "07": "Lazio", "08": "Liguria", "09": "Lombardy", "10": "Marche",
           "11": "Molise", "12": "Piedmont", "13": "Apulia", "14": "Sardinia", "15": "Sicily", "16": "Tuscany",
           "17": "Trentino-Alto Adige", "18": "Umbria", "19": "Aosta Valley", "20": "Veneto"},
    "ES": {"07": "Balearic Islands", "27": "La Rioja", "29": "Madrid", "31": "Murcia", "32": "Navarre",
           "34": "Asturias", "39": "Cantabria", "51": "Andalusia", "52": "Aragon", "53": "Canary Islands",
           "54": "Castilla-La Mancha", "55": "Castile and León", "56": "Catalonia", "57": "Extremadura",
           "58": "Galicia", "59": "Basque Country", "60": "Valencian Community"},
    "BR": {"01": "Acre", "02": "Alagoas", "03": "Amapá", "04": "Amazonas", "05": "Bahia", "06": "Ceará",
           "07": "Federal District", "08": "Espírito Santo", "11": "Mato Grosso do Sul", "13": "Maranhão",
           "14": "Mato Grosso", "15": "Minas Gerais", "16": "Pará", "17": "Paraíba", "18": "Paraná", "20": "Piauí",
           "21": "Rio de Janeiro", "22": "Rio Grande do Norte", "23": "Rio Grande do Sul", "24": "Rondônia",
           "25": "Roraima", "26": "Santa Catarina", "27": "São Paulo", "28": "Sergipe", "29": "Goiás",
           "30": "Pernambuco", "31": "Tocantins"},
}  # fmt: skip


def region_names(towns: pd.DataFrame, us_states: dict[str, str]) -> pd.Series:
    """The region's name for each town (N,); `towns` has country, region_code, name, population."""
    names = {**REGION_NAMES, "US": us_states}
    largest = towns.loc[towns.groupby(["country", "region_code"])["population"].idxmax()]
    known = {
        (country, code): names.get(country, {}).get(code) or f"around {name}"
        for country, code, name in zip(largest["country"], largest["region_code"], largest["name"], strict=True)
    }
    return pd.Series([known[key] for key in zip(towns["country"], towns["region_code"], strict=True)], towns.index)
