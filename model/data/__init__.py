"""What goes in: manifests, views (the only place that touches pixels), captions, readers of public data sets."""
