"""The demo city: a city's permits, invented. Everyone in it is called "Contoh"; rows carry `demo`.

plan reads fixtures/demo, town places, chunk invents a few thousand permits at a time, copying writes them,
load puts it all together. The same for 4,204 permits and for 10,000,000: memory does not grow.
"""
