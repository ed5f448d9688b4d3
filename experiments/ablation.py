#!/usr/bin/env python3
"""What each part of the recipe `quick` gives, decided on training documents only.

Every variant is that recipe with one change and without the documents of the interaction test. It is trained
in several rounds, in each once for every fold: with the training documents but those of the fold, and with a seed of its
own. A fold holds every fifth MedLine document and every twenty-fifth DrugBank one, because recipes differ on MedLine.
Every network is scored on its fold and on the documents of the interaction test. The NER test plays no part.

    experiments/ablation.py --drugner target/release/drugner --data DATA --work WORK [--variants NAME...] [--rounds N]
                            [--jobs N]

DATA holds ddi2013.zip, text/*.xz, lexicon.tsv, lexicon_us.tsv and bc5cdr/. Runs that WORK holds already are not
repeated. The table of all variants goes to standard output: micro averages over all runs, and for MedLine on the
interaction test, whose documents are the same in all runs, the standard deviation from run to run. All runs begin from
the same word vectors, which are trained first, and so are the language models (20 minutes). One run takes two to six
minutes on one core, with teachers twelve.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

FOLDS = 3

US_LISTS = ["fda_ingredient", "fda_trade_name", "drugcentral_class"]
TEACHERS = """
[data.teachers]
count = 2
sentences = 40000
per_epoch = 6000
"""
NOISE = """
[data.noise]
upper = 0.05
lower = 0.05
typing = 0.08
typing_rate = 0.04
wrap = 0.05
item = 0.03
"""


def setting(key, value, section=None):
    """Gives a key of the recipe, of a section of it if the key stands in several, another value."""

    def change(recipe):
        before, rest = recipe.split(f"[{section}]\n") if section else ("", recipe)
        inside, bracket, after = rest.partition("\n[") if section else (rest, "", "")
        changed, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", inside)
        assert count == 1, key
        return before + (f"[{section}]\n" if section else "") + changed + bracket + after

    return change


def without(*sections):
    """Removes whole sections."""

    def change(recipe):
        for section in sections:
            recipe = re.sub(rf"(?ms)^\[{re.escape(section)}\]\n.*?(?=^\[|\Z)", "", recipe)
        return recipe

    return change


def without_us_lists(recipe):
    for name in US_LISTS:
        recipe = recipe.replace(f', "{name}"', "")
    return recipe


# name: (what it says in the table, changes of the recipe, files left out)
VARIANTS = {
    "full": ("the recipe", [], []),
    "marked": ("silver labels where names are marked", [setting("unmarked", "false")], []),
    "no-lexicon": ("without lexicon", [setting("categories", "[]"), setting("frequent", "{}")], ["lexicon"]),
    "no-us-lists": ("without the US lists", [without_us_lists], []),
    "no-auxiliary": ("without BC5CDR", [without("data.silver")], ["auxiliary"]),
    "no-silver": ("without silver labels", [without("data.silver")], []),
    "no-mark": ("without the mark of cleared flags", [setting("lexicon_mark", "false")], []),
    "no-unlisted": ("without names that lose their flags", [setting("unlisted", "0.0", "data.swap")], []),
    "no-abbreviations": ("without abbreviations", [setting("abbreviations", "false")], []),
    "no-brackets": ("without completed brackets", [setting("brackets", "false")], []),
    "teachers": ("with two teachers", [lambda recipe: recipe + TEACHERS], []),
    "no-swap": ("without mention swap", [without("data.swap")], []),
    "no-unapproved": ("without drugs that give way to unapproved substances", [setting("unapproved", "{}")], []),
    "lexicon-dropout": ("lexicon dropout 0.3", [setting("lexicon_dropout", "0.3")], []),
    "language-model": ("with pre-trained language models", [], []),
    "no-repeat": ("MedLine sentences once", [setting("repeat", "{}")], []),
    "noise": ("with noise", [lambda recipe: recipe + NOISE], []),
    "hidden-192": ("192 units", [setting("hidden", "192")], []),
}


def write_folds(data, work):
    """The document lists of the folds."""
    names = {"DrugBank": set(), "MedLine": set()}
    with zipfile.ZipFile(data / "ddi2013.zip") as archive:
        for name in archive.namelist():
            for corpus, ids in names.items():
                if f"/Train/{corpus}/" in name and name.endswith(".xml"):
                    ids.add(ElementTree.fromstring(archive.read(name)).get("id"))
    for fold in range(FOLDS):
        medline = [name for i, name in enumerate(sorted(names["MedLine"])) if i % 5 == fold]
        drugbank = [name for i, name in enumerate(sorted(names["DrugBank"])) if i % 25 == fold]
        (work / f"fold{fold}.txt").write_text("\n".join(medline + drugbank) + "\n")


def model_file(arguments, name, number, fold):
    return arguments.work / f"{name}.{number}.{fold}.drugner"


def train(arguments, recipe, name, number, fold):
    """Trains one network of round `number`, unless its model file is there."""
    model = model_file(arguments, name, number, fold)
    if model.exists():
        return
    _, changes, left_out = VARIANTS[name]
    for change in changes:
        recipe = change(recipe)
    settings = arguments.work / f"{name}.toml"
    settings.write_text(recipe)
    data = arguments.data
    command = [arguments.drugner, "train", "--recipe", settings, "--corpus", data / "ddi2013.zip"]
    command += ["--development", arguments.work / f"fold{fold}.txt", "--vectors", arguments.work / "vectors.bin"]
    if name == "teachers":
        # Without the corpus's own text: it holds the sentences of the fold.
        command += ["--text", *sorted(set((data / "text").glob("*.xz")) - set((data / "text").glob("ddi2013*")))]
    if name == "language-model":
        command += ["--language-model", arguments.work / "language_model.bin"]
    if "lexicon" not in left_out:
        command += ["--lexicon", data / "lexicon.tsv", data / "lexicon_us.tsv"]
    if "auxiliary" not in left_out:
        command += ["--auxiliary", *sorted((data / "bc5cdr").glob("*.tsv"))]
    command += ["--seed", str(1000 * number + fold + 1), "--out", model, "--resume"]
    with open(model.with_suffix(".log"), "wb") as log:
        environment = dict(os.environ, RAYON_NUM_THREADS="1")
        code = subprocess.run(command, stdout=log, stderr=log, env=environment).returncode
    if code != 0:
        sys.exit(f"{name}, round {number}, fold {fold}: exit {code}, see {log.name}")
    print(f"{name}, round {number}, fold {fold}: done", file=sys.stderr)


COUNT = re.compile(r"eval\.development\.(\w+)\.strict: P ([\d.]+) .*\((\d+) gold, (\d+) answers\)")


def fold_counts(arguments, model):
    """Right answers, gold mentions and answers to the documents of a model's fold, by sub-corpus."""
    command = [arguments.drugner, "inspect", model]
    card = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    counts = {}
    for scope, precision, gold, answers in COUNT.findall(card):
        counts[scope] = (round(float(precision) * int(answers)), int(gold), int(answers))
    return [counts["drugbank"], counts["medline"]]


def interaction_counts(arguments, model):
    """The same for the interaction test: DrugBank, MedLine, MedLine without labels, `drug_n` in all."""
    report = model.with_suffix(".json")
    command = [arguments.drugner, "evaluate", "--model", model, "--corpus", arguments.data / "ddi2013.zip"]
    command += ["--part", "interaction-test", "--json", report]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    scores = json.loads(report.read_text())
    medline = scores["sub"]["MedLine"]
    drugbank, drug_n = scores["sub"]["DrugBank"], scores["labels"]["drug_n"]
    modes = [drugbank["strict"], medline["strict"], medline["exact"], drug_n["strict"]]
    return [(mode["tp"], mode["gold"], mode["answers"]) for mode in modes]


def f1(counts):
    """Micro F1 in per cent."""
    right, gold, answers = map(sum, zip(*counts))
    return 200 * right / (gold + answers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drugner", type=pathlib.Path, required=True, help="the program")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the corpora")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of the runs")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--rounds", type=int, default=2, help="trainings of each fold")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    write_folds(arguments.data, arguments.work)
    vectors = arguments.work / "vectors.bin"
    if not vectors.exists():
        text = sorted((arguments.data / "text").glob("*.xz"))
        subprocess.run([arguments.drugner, "embed", "--text", *text, "--out", vectors], check=True)
    command = [arguments.drugner, "train", "--recipe", "quick", "--print-recipe"]
    recipe = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    recipe = setting("interaction_test", "false")(recipe)
    language_model = arguments.work / "language_model.bin"
    if "language-model" in arguments.variants and not language_model.exists():
        text = sorted((arguments.data / "text").glob("*.xz"))
        command = [arguments.drugner, "pretrain", "--text", *text, "--vectors", vectors, "--out", language_model]
        subprocess.run([*command, "--resume"], check=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        rounds_and_folds = [(number, fold) for number in range(arguments.rounds) for fold in range(FOLDS)]
        runs = [(name, *run) for name in arguments.variants for run in rounds_and_folds]
        for run in [pool.submit(train, arguments, recipe, *run) for run in runs]:
            run.result()
    print("| variant | folds: DrugBank | MedLine | interaction test: DrugBank | MedLine | MedLine, exact | `drug_n` |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in arguments.variants:
        models = [model_file(arguments, name, *run) for run in rounds_and_folds]
        counts = [fold_counts(arguments, model) + interaction_counts(arguments, model) for model in models]
        cells = [f"{f1(column):.1f}" for column in zip(*counts)]
        medline = [f1([run[3]]) for run in counts]
        cells[3] += f" ± {statistics.stdev(medline):.1f}" if len(medline) > 1 else ""
        print(f"| {VARIANTS[name][0]} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
