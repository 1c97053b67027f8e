// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CTreeKernels

/// A model of decision trees, ready to score.
///
/// The format of a file is recognised from its content. A model is immutable; any number of threads may score with
/// it at once. What only some programs need is made when it is first asked for, or by ``prepare(for:)``.
public struct TreeEnsemble: Sendable {
    package let reference: ReferenceEvaluator
    let contributionPlans = ContributionPlans()
    private let formsOfBatches: FormsOfBatches
    private let formsOfSingleRows = FormsOfSingleRows()

    /// The fast form, where the model has one.
    var planes: PlaneForm? { formsOfBatches.forms(of: ensemble).planes }
    /// The form of the trees that ``planes`` leaves out.
    var batchWalk: WalkForm? { formsOfBatches.forms(of: ensemble).walk }

    /// The trees and what surrounds them.
    package var ensemble: Ensemble { reference.ensemble }

    /// Reads a model file.
    ///
    /// A file in the compact form that ``write(to:)`` writes is mapped and read in place: processes that have it open
    /// share its memory. Such a file must not be changed or cut while a model of it is in use, which can end the
    /// process; put a new file in its place by renaming, as ``write(to:)`` does. Where that cannot be relied on, read
    /// the bytes and use ``init(bytes:)``.
    ///
    /// - Parameter path: The file, in one of the formats of <doc:Formats>.
    /// - Throws: ``TreeEnsembleError`` if the file cannot be read, is damaged, or holds what is not supported.
    public init(contentsOf path: String) throws(TreeEnsembleError) {
        do {
            self.init(try Ensemble.read(path: path))
        } catch {
            var located = error
            located.path = path
            throw located
        }
    }

    /// Reads a model from memory.
    ///
    /// - Parameter bytes: What the file would hold.
    /// - Throws: ``TreeEnsembleError`` if the bytes are damaged or hold what is not supported.
    public init(bytes: [UInt8]) throws(TreeEnsembleError) {
        self.init(try Ensemble.read(bytes))
    }

    /// Makes a model ready that a reader has read.
    package init(_ ensemble: Ensemble) {
        self.init(ensemble, level: Int(tree_kernel_level()))
    }

    /// The same, with kernels for certain vector instructions: 0 is portable Swift; nil does without fast forms.
    package init(_ ensemble: Ensemble, level: Int?) {
        reference = ReferenceEvaluator(ensemble)
        formsOfBatches = FormsOfBatches(level: level)
    }

    /// The form for single rows, where the processor allows it.
    var rowForm: RowForm? { formsOfBatches.suit(ensemble) ? formsOfSingleRows.row(ensemble, planes) : nil }

    /// The form for single rows of what ``rowForm`` leaves out.
    var walk: WalkForm? {
        guard let planes, rowForm == nil else { return batchWalk }
        return formsOfSingleRows.walk(ensemble, level: planes.level)
    }

    /// The inputs, in order.
    public var features: [Feature] { ensemble.features }

    /// The objective as the source library spells it.
    public var objective: String { ensemble.objective }

    /// The library that made the model, such as `XGBoost`.
    public var library: String { ensemble.source.library }

    /// The number of trees.
    public var treeCount: Int { ensemble.trees.count }

    /// The number of boosting rounds; each has one tree or more.
    public var iterationCount: Int { ensemble.iterationCount }

    /// What the classes are called, in the order of their numbers; empty where the file does not say.
    public var classNames: [String] { ensemble.classNames }

    /// How many raw scores a row has.
    public var rawScoreCount: Int { ensemble.outputCount }

    /// How many values a row has.
    public var valueCount: Int { ensemble.transform.valueCount(rawCount: ensemble.outputCount) }
}

extension TreeEnsemble: CustomStringConvertible {
    /// One line for people, such as `LightGBM binary: 300 trees, 18 features, 1 output`.
    public var description: String {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let name = ensemble.objective.split(separator: " ").first ?? ""
        let parts = ensemble.linearBooster == nil ? counted(treeCount, "tree") : "linear booster"
        return "\(library) \(name): \(parts), \(counted(features.count, "feature")), "
            + counted(valueCount, "output")
    }
}
