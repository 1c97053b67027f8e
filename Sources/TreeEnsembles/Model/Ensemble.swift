// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The trees of one model with everything that its source library does around them.
///
/// There is one representation for all sources. A reader translates what its library means into the terms below,
/// and nothing after the reader asks where a model came from. A prediction goes through these stages:
///
/// 1. the row, in ``precision``; derived columns, if ``derivation`` makes any;
/// 2. for each tree in order, its leaf (``NodeTable`` says what a node decides);
/// 3. the sum, started from ``baseScores`` and carried in ``sumPrecision``, tree after tree;
/// 4. ``averaging``, then `raw * scale + bias`: this is the raw score;
/// 5. ``transform``, which makes the value.
package struct Ensemble: Sendable {
    /// Which library wrote the model, and in which format.
    package var source: ModelSource
    /// The objective as the source spells it, with its options.
    package var objective: String
    /// What a row holds, in order.
    package var features: [Feature]
    /// The width in which features meet thresholds.
    ///
    /// Single: each feature is rounded to Float first.
    package var precision: Precision
    /// The width of the running sum.
    package var sumPrecision: Precision
    /// The nodes of all trees.
    package var nodes = NodeTable()
    /// The trees in the order in which their leaves are added.
    package var trees: [Tree] = []
    /// Tree index at which each iteration starts, then the number of trees.
    package var iterationStarts: [Int] = [0]
    /// The sets that categorical nodes ask about.
    package var sets = CategorySets()
    /// For each column the set of its known categories, or -1; empty where no node asks
    /// (``NodeFlags/unknownIsMissing``).
    package var knownCategories: [Int32] = []
    /// What leaves hold: one number or `outputCount` numbers each.
    package var leafValues = AlignedTable<Double>()
    /// Linear functions at leaves, where the model has any.
    package var linearLeaves: LinearLeaves?
    /// A linear booster instead of trees (XGBoost gblinear).
    package var linearBooster: LinearBooster?
    /// How many raw scores a row has.
    package var outputCount: Int
    /// What the sum of each output starts from.
    package var baseScores: [Double]
    /// How the leaves of many trees become one score.
    package var aggregation: Aggregation = .sum
    /// Where the sum is divided by the number of iterations.
    package var averaging: Averaging = .none
    /// Multiplies the sum, before ``bias`` is added.
    package var scale: Double = 1
    /// Added to each output after the sum; empty for nothing.
    package var bias: [Double] = []
    /// From raw scores to values.
    package var transform: OutputTransform = .identity
    /// What an entry that a sparse row leaves out stands for: missing (XGBoost), else 0.
    package var absentIsMissing = false
    /// Whether a category's name that the file does not list is an error (XGBoost), else missing.
    package var unknownCategoryIsError = false
    /// The codes that stand for names of categories where they are not places in a feature's list (CatBoost, whose
    /// categorical features share one list and whose whole numbers are names as they are).
    package var categoryCodes: [String: Double] = [:]
    /// How a row's class follows from its scores, where the transform does not say.
    package var classRule: ClassRule?
    /// Names of the classes, where the file records them.
    package var classNames: [String] = []
    /// Columns computed from the caller's, such as CatBoost's counters.
    ///
    /// Nodes then name the columns that this makes.
    package var derivation: (any FeatureDerivation)?
    /// Free facts for people: booster, version and so on.
    package var facts: [(name: String, value: String)] = []

    package init(
        source: ModelSource, objective: String, features: [Feature], precision: Precision,
        sumPrecision: Precision, outputCount: Int, baseScores: [Double]
    ) {
        self.source = source
        self.objective = objective
        self.features = features
        self.precision = precision
        self.sumPrecision = sumPrecision
        self.outputCount = outputCount
        self.baseScores = baseScores
    }

    /// How many columns the nodes may name.
    package var columnCount: Int { derivation?.columnCount ?? features.count }

    /// The number of boosting rounds, or of forest members.
    package var iterationCount: Int { max(iterationStarts.count - 1, 0) }
}

/// A width of floating-point arithmetic.
package enum Precision: Sendable {
    /// IEEE 754 binary32.
    case single
    /// IEEE 754 binary64.
    case double
}

/// How the leaves of the trees of one output are brought together.
package enum Aggregation: Sendable {
    case sum, minimum, maximum
}

/// Where a sum is divided by the number of iterations that went into it.
package enum Averaging: Sendable {
    case none
    /// Only on the way to a value: LightGBM's raw score of a forest is the undivided sum.
    case valuesOnly
    case always
}

/// One tree's place in the tables.
package struct Tree: Sendable {
    /// The root's index in the node table; the tree's nodes follow it without a gap.
    package var root: Int
    package var nodeCount: Int
    /// The longest way from the root to a leaf, counted in decisions.
    package var depth: Int
    /// The output that the leaves add to, or nil where each leaf holds a number for every output.
    package var output: Int?
    /// The factor that the reader multiplied into the leaves (DART); kept to tell people.
    package var weight: Double = 1
    /// The number of leaves, numbered from 0 from left to right.
    package var leafCount: Int
}

/// Columns that a model computes from the caller's row before any tree sees it.
package protocol FeatureDerivation: Sendable {
    /// How many columns come out.
    var columnCount: Int { get }
    /// Computes the columns of one row.
    ///
    /// - Parameters:
    ///   - row: The caller's features, one number each, NaN where missing.
    ///   - columns: Receives `columnCount` numbers.
    func derive(from row: Span<Double>, into columns: inout MutableSpan<Double>)
    /// The features that a column is made of. Contributions of the column are shared among them.
    func sources(of column: Int) -> [Int]
    /// The code of a category's name that the model does not list; nil where an unlisted name has none.
    func code(ofCategory name: String) -> Double?
}

extension FeatureDerivation {
    package func code(ofCategory name: String) -> Double? { nil }
}

/// Which library made a model and in what form it was written.
package struct ModelSource: Sendable, Hashable {
    /// The library's own name, such as `XGBoost`.
    package var library: String
    /// The file format, such as `UBJSON`.
    package var format: String
    /// The version that the file records, as text.
    package var version: String

    package init(library: String, format: String, version: String) {
        self.library = library
        self.format = format
        self.version = version
    }
}

/// A booster without trees: a weight for each feature and output, and a bias.
package struct LinearBooster: Sendable {
    /// Row-major, feature by output; the biases are the last row.
    package var weights: [Float]

    package init(weights: [Float]) { self.weights = weights }
}
