"""Pieces shared by pages; everything cached lives in resources.py."""
