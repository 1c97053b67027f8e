// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A block of rows ready for decisions: their columns in the model's precision and their codes.
struct CodedRows: Sendable {
    private(set) var count = 0
    private let columnCount: Int
    private let featureCount: Int
    /// The columns of each row, row by row.
    private var columns: [Double] = []
    /// The codes by plane of ``NodeCodes``.
    private(set) var codes: [[UInt16]] = []
    private let plan: ContributionPlan
    private let nodeCodes: NodeCodes
    private let reference: ReferenceEvaluator

    init(_ plan: ContributionPlan, _ nodeCodes: NodeCodes) {
        self.plan = plan
        self.nodeCodes = nodeCodes
        reference = ReferenceEvaluator(plan.ensemble)
        columnCount = plan.ensemble.columnCount
        featureCount = plan.ensemble.features.count
    }

    /// The columns of a row of the block.
    func withRow<Result>(_ place: Int, _ body: (Span<Double>) -> Result) -> Result {
        body(columns.span.extracting(place * columnCount..<(place + 1) * columnCount))
    }

    /// Reads rows.
    mutating func load(_ range: Range<Int>, of rows: BoundRows, withCodes: Bool) {
        count = range.count
        var columns = [Double](repeating: 0, count: count * columnCount)
        let width = columnCount
        var raw = [Double](repeating: 0, count: featureCount)
        var span = columns.mutableSpan
        for (place, row) in range.enumerated() {
            var rawSpan = raw.mutableSpan
            rows.load(row: row, into: &rawSpan)
            var target = span._mutatingExtracting(place * width..<(place + 1) * width)
            reference.prepare(raw.span, into: &target)
        }
        self.columns = columns
        guard withCodes else { return }
        codes = nodeCodes.planes.map { plane in
            (0..<count).map { nodeCodes.code(of: columns[$0 * columnCount + plane.column], in: plane) }
        }
    }

    /// Decides a node for all rows: all ones for left.
    func decide(_ node: Int, into decisions: inout MutableSpan<UInt16>) {
        let plane = Int(nodeCodes.plane[node])
        if plane >= 0 {
            BlockLoops.compare(codes[plane], rank: nodeCodes.rank[node], into: &decisions)
            return
        }
        for place in 0..<count {
            let goesLeft = withRow(place) { row in reference.goesLeft(node, row) }
            decisions[place] = goesLeft ? .max : 0
        }
    }
}
