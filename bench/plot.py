"""Throughput and latency over offered load, drawn by gnuplot."""

import subprocess
from pathlib import Path

from processes import BenchError
from servers import needed

SCRIPT = """
set terminal svg size 760,720 dynamic font 'sans-serif,13' background '#ffffff'
set output '{output}'
$load << END
{data}
END
set multiplot layout 2,1
set grid lc rgb '#dddddd'
set border 3
set tics nomirror
set xrange [0:*]
set format x "%'.0f"
set format y "%'.0f"
set key top left
set ylabel 'bookings/s'
set yrange [0:*]
set title 'Throughput over offered load: one flight, open loop'
plot $load using 1:1 with lines dt 2 lc rgb '#999999' title 'offered', \\
     $load using 1:2 with linespoints pt 7 lc rgb '#1f77b4' title 'confirmed', \\
     $load using 1:5 with linespoints pt 5 lc rgb '#d62728' title 'answered 503'
set title 'Latency of what was accepted, from the moment it was due'
set xlabel 'offered, bookings/s'
set ylabel 'ms'
set logscale y
set yrange [*:*]
set format y '%g'
plot $load using 1:3 with linespoints pt 7 lc rgb '#2ca02c' title 'p50', \\
     $load using 1:4 with linespoints pt 7 lc rgb '#ff7f0e' title 'p99'
unset multiplot
"""


def rows(open_loop: dict) -> list[list[float]]:
    """offered/s, confirmed/s, p50 ms, p99 ms, 503/s"""
    found = []
    for point in open_loop["points"]:
        told = point["told"]
        accepted = told["latency_ms"]["accepted"]
        refused = told["overloaded"] / told["seconds"]
        found.append(
            [told["offered_per_s"], told["confirmed_per_s"], accepted["p50"], accepted["p99"], refused]
        )
    return found


def draw(open_loop: dict, output: Path) -> None:
    data = "\n".join(" ".join(f"{value:.4f}" for value in row) for row in rows(open_loop))
    script = SCRIPT.format(output=str(output).replace("'", "''"), data=data)
    done = subprocess.run([needed("gnuplot")], input=script, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"gnuplot failed\n{done.stderr}")
