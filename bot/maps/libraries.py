"""The adapters of four map libraries. What each library is asked stands in a small script beside this file."""

from typing import ClassVar

from bot.maps.scripted import ScriptedMap


class LeafletMap(ScriptedMap):
    """A Leaflet map, global or bundled, on Mercator or on a plain image (CRS.Simple)."""

    NAME: ClassVar[str] = "Leaflet"
    SCRIPT: ClassVar[str] = "leaflet.js"


class MapLibreMap(ScriptedMap):
    """A MapLibre GL map, or one of Mapbox GL, which answers to the same names."""

    NAME: ClassVar[str] = "MapLibre"
    SCRIPT: ClassVar[str] = "maplibre.js"


class OpenLayersMap(ScriptedMap):
    """An OpenLayers map, on Web Mercator, on degrees or on a plain image."""

    NAME: ClassVar[str] = "OpenLayers"
    SCRIPT: ClassVar[str] = "openlayers.js"


class DeckMap(ScriptedMap):
    """A deck.gl map, alone or within a framework; every datum of a layer that has a position is a marker."""

    NAME: ClassVar[str] = "deck.gl"
    SCRIPT: ClassVar[str] = "deck.js"
