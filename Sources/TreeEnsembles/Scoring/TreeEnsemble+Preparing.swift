// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension TreeEnsemble {
    /// What a program asks of a model.
    public struct Workload: OptionSet, Sendable, Hashable {
        /// One bit for each member.
        public let rawValue: Int

        /// Makes a set of workloads of its bits.
        ///
        /// - Parameter rawValue: The bits of the members.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Scores of a ``FeatureMatrix``, of many rows or few.
        public static let batches = Workload(rawValue: 1)
        /// Scores by a ``Scorer``.
        public static let singleRows = Workload(rawValue: 2)
        /// Contributions and interactions.
        public static let contributions = Workload(rawValue: 4)
    }

    /// Makes what scoring needs besides the trees, so that the first call does not have to.
    ///
    /// A model that was just read holds its trees as the file had them. The forms that the kernels read are made when
    /// something first needs them, which takes about as long as reading a binary file: call this when a service
    /// starts, before it takes requests. It works on the calling thread until all is made, and does nothing where it is
    /// made already. Whether it was called shows in no answer. ``makeScorer()`` makes what its own rows need.
    ///
    /// - Parameter workload: What the program will ask for.
    public func prepare(for workload: Workload = [.batches, .singleRows]) {
        if workload.contains(.batches) { _ = planes }
        if workload.contains(.singleRows) { _ = walk }
        // A model that has no contributions says so when it is asked for them.
        if workload.contains(.contributions) { _ = try? contributionPlans.plan(for: ensemble) }
    }
}
