"""What bench/report makes of figures. They are made up: no time is measured here."""

import json
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "report"))

import figures  # noqa: E402
import floors  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import tables  # noqa: E402

MACHINE = {"processor": "a processor", "processors": 2, "load_average": 0.25}


def figure(metric, values, system="rounds", unit="1/s"):
    return {"system": system, "metric": metric, "unit": unit, "values": values}


def run_of(workload, *measured, size="full"):
    return {"workload": workload, "size": size, "machine": MACHINE, "figures": list(measured)}


def zipf(own, raw, sqlite=(1,), stall=(1,)):
    return run_of("zipf-coalesced", figure("occurrences_per_second", list(own)),
                  figure("occurrences_per_second", list(raw), "rocksdb"),
                  figure("occurrences_per_second", list(sqlite), "sqlite"),
                  figure("longest_stall", list(stall), unit="ms"))


def opened(large, small):
    return run_of("open", figure("seconds_large", large, unit="s"),
                  figure("seconds_small", small, unit="s"))


def everything():
    """A document for each workload, with every figure that a floor needs."""
    documents = {name: run_of(name, figure("events_per_second", [1.0]))
                 for name in figures.WORKLOADS}
    for floor in floors.FLOORS:
        for metric in (floor.own, floor.peer):
            if metric:
                documents[floor.workload]["figures"].append(
                    figure(metric.name, [100.0, 120.0, 90.0], metric.system))
    return list(documents.values())


def verdict(document, text):
    return next(each for each in floors.judge(figures.load([document])) if text in each.floor.text)


class Floors(unittest.TestCase):
    def test_compare_each_round_with_the_same_round_of_the_peer(self):
        judged = verdict(zipf([10, 40, 90], [10, 20, 30]), "raw RocksDB")
        self.assertEqual(judged.measured, (1, 2, 3))
        self.assertEqual(judged.median, 2)

    def test_are_reached_by_the_median(self):
        self.assertTrue(verdict(zipf([20, 10, 30], [10, 10, 10]), "raw RocksDB").reached)
        self.assertFalse(verdict(zipf([19, 10, 30], [10, 10, 10]), "raw RocksDB").reached)

    def test_that_are_upper_bounds_are_missed_by_more(self):
        self.assertTrue(verdict(opened([2.0], [2.0]), "long log").reached)
        self.assertFalse(verdict(opened([2.1], [2.0]), "long log").reached)
        self.assertAlmostEqual(verdict(opened([4.0], [2.0]), "long log").margin(), 0.5)
        self.assertTrue(verdict(opened([3.0], [2.0]), "short log").reached)
        self.assertFalse(verdict(opened([3.1], [2.0]), "short log").reached)

    def test_of_memory_are_in_mebibytes(self):
        growth = run_of("growth", figure("peak_memory_large", [1024.0 ** 3], unit="bytes"))
        self.assertEqual(verdict(growth, "memory").measured, (1024,))

    def test_without_figures_are_left_out(self):
        document = run_of("zipf-coalesced", figure("occurrences_per_second", [1.0]))
        self.assertEqual(floors.judge(figures.load([document])), [])

    def test_are_all_judged_when_all_is_measured(self):
        judged = floors.judge(figures.load(everything()))
        self.assertEqual([each.floor for each in judged], list(floors.FLOORS))


class Figures(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rounds-test-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def write(self, *documents):
        for document in documents:
            file = self.directory / f"{document['workload']}.json"
            file.write_text(json.dumps(document), encoding="utf-8")

    def test_of_several_runs_add_up_in_the_order_of_reports(self):
        self.write(opened([1], [1]), zipf([1], [1]))
        self.assertEqual(list(figures.load_directory(self.directory)), ["zipf-coalesced", "open"])

    def test_of_different_sizes_are_refused(self):
        self.write(zipf([1], [1]), run_of("open", size="quick"))
        with self.assertRaisesRegex(figures.UnusableFigures, "different sizes"):
            figures.load_directory(self.directory)

    def test_that_are_not_there_are_an_error(self):
        with self.assertRaisesRegex(figures.UnusableFigures, "no figures"):
            figures.load_directory(self.directory)

    def test_come_back_from_one_file_as_they_were(self):
        runs = figures.load(everything())
        figures.write_file(runs, self.directory / "all.json")
        self.assertEqual(figures.load_file(self.directory / "all.json"), runs)


class Documents(unittest.TestCase):
    def test_show_median_and_range(self):
        text = tables.floors_table(figures.load([zipf([3e6, 1e6, 2e6], [1e6, 1e6, 1e6])]))
        self.assertIn("| `zipf-coalesced` | ≥ 2 × raw RocksDB | 2× (1 to 3) | yes |", text)

    def test_say_by_how_much_a_floor_is_missed(self):
        text = tables.floors_table(figures.load([zipf([1e6], [2e6])]))
        self.assertIn("| 0.5× | **no**, by a factor of 4 |", text)

    def test_have_a_row_for_each_metric_and_a_column_for_each_system(self):
        text = tables.document(figures.load([zipf([1234567], [1e6], [50])]))
        self.assertIn("| metric | rounds | rocksdb | sqlite |", text)
        self.assertIn("| occurrences_per_second | 1,234,567 | 1,000,000 | 50 |", text)

    def test_of_a_quick_run_say_so(self):
        text = tables.document(figures.load([run_of("open", figure("seconds_large", [1.0]),
                                                    size="quick")]))
        self.assertIn("not a measurement", text)

    def test_are_put_between_the_markers_again_and_again(self):
        page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
        once = report.embed(page, "new\n")
        self.assertEqual(once, f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n")
        self.assertEqual(report.embed(once, "new\n"), once)

    def test_need_the_markers(self):
        with self.assertRaises(figures.UnusableFigures):
            report.embed("a page without markers", "new")


class Plots(unittest.TestCase):
    def bars(self, document):
        root = ElementTree.fromstring(plot.plot(figures.load([document])))
        return [bar for bar in root.iter() if bar.tag.endswith("rect")]

    def test_are_the_same_for_the_same_figures(self):
        self.assertEqual(plot.plot(figures.load(everything())),
                         plot.plot(figures.load(everything())))

    def test_have_a_bar_for_each_floor(self):
        root = ElementTree.fromstring(plot.plot(figures.load(everything())))
        bars = [bar for bar in root.iter() if bar.tag.endswith("rect")]
        self.assertEqual(len(bars), len(floors.FLOORS))

    def test_draw_a_missed_floor_to_the_left_of_it_and_in_another_colour(self):
        missed, reached = self.bars(opened([3.0], [3.0]))
        self.assertEqual((missed.get("class"), reached.get("class")), ("missed", "reached"))
        floor = float(reached.get("x"))
        self.assertAlmostEqual(float(missed.get("x")) + float(missed.get("width")), floor, 1)

    def test_draw_twice_as_good_twice_as_long_as_half_as_much_on_a_logarithmic_scale(self):
        long, short = self.bars(run_of("top50", figure("pending_p99", [250.0], unit="us"),
                                       figure("status_p99", [500.0], unit="us")))
        self.assertAlmostEqual(float(long.get("width")), 2 * float(short.get("width")), 0)


class Publishing(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rounds-test-")
        self.addCleanup(directory.cleanup)
        self.docs = Path(directory.name)
        self.page = self.docs / report.PAGE
        self.page.write_text(f"{report.BEGIN}\nold\n{report.END}\n", encoding="utf-8")

    def test_waits_until_no_workload_is_missing(self):
        report.publish(figures.load([zipf([1], [1])]), self.docs)
        self.assertIn("old", self.page.read_text(encoding="utf-8"))

    def test_leaves_a_page_that_passes_the_check(self):
        report.publish(figures.load(everything()), self.docs)
        report.check(self.docs)

    def test_is_checked_for_pages_and_plots_that_were_changed_since(self):
        report.publish(figures.load(everything()), self.docs)
        for name in (report.PAGE, report.PICTURE):
            file = self.docs / name
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace("2 s", "3 s"), encoding="utf-8")
            with self.assertRaisesRegex(figures.UnusableFigures, name):
                report.check(self.docs)
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
