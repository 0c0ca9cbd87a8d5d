"""Guess maps of other people's pages: what each shows, and a pin on it. See protocol.py for what a map must tell."""
