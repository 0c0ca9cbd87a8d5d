"""What is true of a place before anything is drawn: cities, countries, fields, sun, traditions. Knows no picture."""
