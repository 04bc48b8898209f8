"""bin/bench: builds its own data, checks that answers are right, times them, writes docs/benchmarks.md.

bench.options   the command line, known before anything is installed
bench.cities    databases of invented permits, kept between runs
bench.servers   the site and its peers, started and stopped
bench.load      requests over HTTP, from processes of its own
bench.checks    what must be true before anything is timed
bench.inside    programs that run inside Django and print JSON
bench.sections  what is measured, each on its own
bench.results   one JSON file a section, under .local/bench
bench.report    docs/benchmarks.md and its pictures, made from those files
"""
