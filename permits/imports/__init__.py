"""Reads permits from files of other systems. Reading, understanding and storing are modules of their own."""
