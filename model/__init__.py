"""The geolocator, and everything that trains and measures it. Verbs are flat files here; nouns are folders."""
