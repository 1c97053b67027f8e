# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Makes the golden answers of DataContracts with SciPy, scikit-learn and pandas.

Run it with the pinned versions of Tests/Interoperability/requirements.txt.
"""

import json
from pathlib import Path

import numpy as np
from scipy import special, stats
from sklearn.metrics import roc_auc_score

here = Path(__file__).parent
random = np.random.default_rng(20)
golden = {}

golden["logGamma"] = [[x, float(special.gammaln(x))] for x in [0.01, 0.5, 1, 1.5, 2, 3.7, 11.9, 12, 150.5, 1e6]]
golden["chiSquaredTail"] = [
    [x, k, float(stats.chi2.sf(x, k))]
    for x in [0.001, 0.5, 3.84, 20, 77.7, 300] for k in [1, 2, 9, 50, 400]
]
golden["chiSquaredQuantile"] = [[p, k, float(stats.chi2.isf(p, k))] for p in [0.5, 0.05, 1e-6] for k in [1, 9, 60]]
golden["normalQuantile"] = [[p, float(stats.norm.isf(p))] for p in [0.5, 0.3, 0.025, 1e-4, 1e-12, 0.9, 0.999999]]
golden["studentTwoTails"] = [
    [t, k, float(2 * stats.t.sf(t, k))] for t in [0.01, 1.0, 2.5, 8.0] for k in [1.0, 4.5, 30.0, 1000.0]
]
golden["kolmogorovTail"] = [[x, float(special.kolmogorov(x))] for x in [0.2, 0.5, 0.9, 1.09, 1.11, 1.36, 2.0, 3.5]]

# Two-sample statistics, and p-values with Stephens' correction of the limiting distribution.
tests = []
for n, m, shift in [(40, 60, 0.0), (500, 300, 0.1), (1000, 1000, 0.5)]:
    a, b = random.normal(size=n).round(3), (random.normal(size=m) + shift).round(3)
    d = float(stats.ks_2samp(a, b, method="asymp").statistic)
    root = np.sqrt(n * m / (n + m))
    welch = stats.ttest_ind(b, a, equal_var=False)
    interval = welch.confidence_interval(0.95)
    tests.append({
        "a": a.tolist(), "b": b.tolist(), "d": d, "ks": float(special.kolmogorov((root + 0.12 + 0.11 / root) * d)),
        "t": float(welch.statistic), "p": float(welch.pvalue), "df": float(welch.df),
        "low": float(interval.low), "high": float(interval.high),
        "wasserstein": float(stats.wasserstein_distance(a, b)),
    })
golden["twoSamples"] = tests

# Categories: Pearson's test of homogeneity and Jensen and Shannon's distance.
categories = []
for counts in [[[50, 30, 20], [45, 35, 40]], [[500, 1, 9, 200], [480, 30, 60, 190]], [[1000, 2000], [1010, 1985]]]:
    chi = stats.chi2_contingency(np.array(counts), correction=False)
    p, q = (np.array(c) / sum(c) for c in counts)
    m = (p + q) / 2
    js = np.sqrt((stats.entropy(p, m, base=2) + stats.entropy(q, m, base=2)) / 2)
    categories.append({"counts": counts, "chi": float(chi.statistic), "p": float(chi.pvalue), "js": float(js)})
golden["categories"] = categories

# The stability index with half a count added, as numpy computes it, and its distribution without drift.
pairs = [[100, 90], [200, 260], [0, 12], [300, 280]]
p, q = (np.array([row[i] for row in pairs]) + 0.5 for i in range(2))
p, q = p / p.sum(), q / q.sum()
golden["stability"] = {"pairs": pairs, "index": float(((q - p) * np.log(q / p)).sum())}

# Two proportions: z squared is Pearson's statistic without correction.
proportions = []
for a, n, b, m in [(200, 1000, 260, 1000), (3, 50, 9, 45), (5000, 10000, 5100, 10000)]:
    chi = stats.chi2_contingency([[a, n - a], [b, m - b]], correction=False)
    low, high = (stats.binomtest(a, n).proportion_ci(method="wilson"), stats.binomtest(b, m).proportion_ci(method="wilson"))
    pa, pb = a / n, b / m
    interval = [
        pb - pa - np.hypot(pb - high.low, low.high - pa), pb - pa + np.hypot(high.high - pb, pa - low.low),
    ]
    proportions.append({"counts": [a, n, b, m], "z2": float(chi.statistic), "p": float(chi.pvalue),
                        "interval": [float(x) for x in interval]})
golden["proportions"] = proportions
golden["sampleRatio"] = {
    "counts": [5050, 4950, 10300], "shares": [1, 1, 2],
    "chi": float(stats.chisquare([5050, 4950, 10300], [5075, 5075, 10150]).statistic),
    "p": float(stats.chisquare([5050, 4950, 10300], [5075, 5075, 10150]).pvalue),
}

# The area under the curve: scikit-learn's value, DeLong's variance from its definition.
labels = random.random(400) < 0.3
scores = [(random.normal(size=400) + shift * labels).round(1) for shift in (1.0, 0.8)]


def components(score):
    high, low = score[labels], score[~labels]
    wins = (high[:, None] > low[None, :]) + 0.5 * (high[:, None] == low[None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


v = [components(score) for score in scores]
errors = [float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))) for a, b in v]
da, db = v[0][0] - v[1][0], v[0][1] - v[1][1]
error = np.sqrt(da.var(ddof=1) / len(da) + db.var(ddof=1) / len(db))
auc = [float(roc_auc_score(labels, score)) for score in scores]
golden["auc"] = {
    "labels": labels.tolist(), "scores": [score.tolist() for score in scores], "auc": auc, "errors": errors,
    "error": float(error), "p": float(2 * stats.norm.sf(abs(auc[0] - auc[1]) / error)),
}

# How much of the level each look of a group-sequential test spends, from the multivariate normal distribution.
looks = np.array([0.2, 0.5, 1.0])
covariance = np.sqrt(np.minimum.outer(looks, looks) / np.maximum.outer(looks, looks))
limits, inside = [], 1.0
for k, t in enumerate(looks):
    spent = 4 * stats.norm.sf(stats.norm.isf(0.0125) / np.sqrt(t))
    low, high = 0.0, 10.0
    for _ in range(40):
        middle = (low + high) / 2
        box = np.array(limits + [middle])
        chance = stats.multivariate_normal.cdf(
            box, mean=np.zeros(k + 1), cov=covariance[: k + 1, : k + 1], lower_limit=-box, abseps=1e-9, releps=1e-9,
            maxpts=400_000, rng=np.random.default_rng(0)) if k else 1 - 2 * stats.norm.sf(middle)
        low, high = (middle, high) if 1 - chance > spent else (low, middle)
    limits.append((low + high) / 2)
golden["boundary"] = {"fractions": looks.tolist(), "limits": [float(x) for x in limits]}

# Corrections for several tests, from their definitions.
p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04]
golden["benjaminiHochberg"] = {"p": p, "adjusted": stats.false_discovery_control(p).tolist()}

(here / "statistics.json").write_text(json.dumps(golden))
