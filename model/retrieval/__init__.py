"""Within a cell: location clusters, the prototype index, the refiner."""
