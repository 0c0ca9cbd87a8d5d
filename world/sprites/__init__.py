"""Plants, people, animals and things, grown once as pictures and kept. Knows no scenes."""
