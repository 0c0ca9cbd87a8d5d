"""The simulated Earth: place + time -> scene (clues) -> pixels; and data sets made of it."""

WORLD_VERSION = 3  # rises with every change of pixels; a panorama and a checkpoint carry it
SOFTWARE = f"simulated Earth v{WORLD_VERSION}"  # what picture files say drew them (EXIF Software)
