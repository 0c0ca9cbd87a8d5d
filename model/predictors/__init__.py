"""Every system that can say where: each gives scores over regions of the Earth."""
