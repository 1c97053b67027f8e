// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// A set of runs that differ in their parameters, described by overrides in Hydra's grammar.
///
/// ```swift
/// let sweep = try Sweep("depth=4,6,8", "learning_rate=choice(0.05,0.1)", "seed=range(0,3)")
/// for point in try sweep.grid() {
///     let parameters = try Parameters.load(Training.self, from: .file("params.yaml"), .commandLine(point.overrides))
/// }
/// ```
public struct Sweep: Sendable {
    private let overrides: [(override: Override, text: String)]
    private let groups: String?

    /// Reads overrides: `key=1,2,3`, `choice(…)`, `range(start,stop,step)`, `interval(low,high)`, `glob(pattern)`, each
    /// of them inside `sort(…)`, `shuffle(…)`, `tag(…)`, `int(…)` or `float(…)`; other values are the same for all
    /// points.
    ///
    /// - Parameters:
    ///   - overrides: The overrides.
    ///   - groups: The folder of ``ParameterSource/groups(in:name:)``, in which `model=glob(*)` finds the options of the
    ///     group `model`.
    /// - Throws: ``ParameterError`` with every text that is no override.
    public init(_ overrides: String..., groups: String? = nil) throws {
        try self.init(overrides, groups: groups)
    }

    /// Reads overrides; see ``init(_:groups:)-(String...,_)``.
    ///
    /// - Parameters:
    ///   - overrides: The overrides.
    ///   - groups: The folder of groups.
    /// - Throws: ``ParameterError`` with every text that is no override.
    public init(_ overrides: [String], groups: String? = nil) throws {
        var sources = SourceList()
        var problems: [ParameterProblem] = []
        var parsed: [(Override, String)] = []
        for text in overrides {
            let number = sources.add(SourceText(name: "sweep", kind: .commandLine, bytes: Array(text.utf8)))
            do throws(SyntaxError) {
                var parser = OverrideParser(text, source: number, base: 0)
                let override = try parser.parse()
                if parsed.contains(where: { $0.0.key == override.key }) {
                    throw SyntaxError("the key '\(override.key.text)' appears twice", at: override.keyOffset)
                }
                parsed.append((override, text))
            } catch {
                problems.append(sources.problem(.syntax, error.message, at: Origin(number, error.offset)))
            }
        }
        guard problems.isEmpty else { throw ParameterError(problems) }
        self.overrides = parsed
        self.groups = groups
    }

    /// Every combination of the choices; the last override changes fastest.
    ///
    /// - Parameter seed: Decides the order of `shuffle(…)`.
    /// - Throws: ``ParameterError`` for an interval, which has no end of values, and beyond a million points.
    public func grid(seed: UInt64 = 0) throws -> [SweepPoint] {
        var axes: [[SweepPoint.Assignment]] = []
        var count = 1
        for (index, item) in overrides.enumerated() {
            let axis = try assignments(of: item, seed: seed &+ UInt64(index))
            let (product, isOver) = count.multipliedReportingOverflow(by: axis.count)
            guard !isOver, product <= 1_000_000 else {
                throw Sweep.refusal("the grid has more than a million points; take random ones")
            }
            count = product
            axes.append(axis)
        }
        var points: [[SweepPoint.Assignment]] = [[]]
        for axis in axes { points = points.flatMap { point in axis.map { point + [$0] } } }
        return Sweep.distinct(points.map(SweepPoint.init))
    }

    /// Points drawn at random, each choice and each interval evenly; the same for the same seed on every machine,
    /// and the first ones do not change when more are asked for.
    ///
    /// - Returns: Distinct points; fewer than asked for where the choices have fewer combinations.
    public func random(count: Int, seed: UInt64) throws -> [SweepPoint] {
        // Choices are drawn in the order of the keys, so that the order of the overrides is no matter.
        let sorted = overrides.sorted { $0.override.key.text < $1.override.key.text }
        var axes: [(item: (override: Override, text: String), values: [SweepPoint.Assignment])] = []
        for (index, item) in sorted.enumerated() {
            let isInterval =
                if case .sweep(let choices) = item.override.value { choices.interval != nil } else { false }
            axes.append((item, isInterval ? [] : try assignments(of: item, seed: seed &+ UInt64(index))))
        }
        var generator = SplitMix64(state: seed)
        var points: [SweepPoint] = []
        var seen: Set<String> = []
        var failures = 0
        while points.count < count, failures < 1000 {
            let point = SweepPoint(
                axes.map { axis in
                    if case .sweep(let choices) = axis.item.override.value, let interval = choices.interval {
                        return SweepPoint.Assignment(axis.item.override, draw(interval, &generator))
                    }
                    return axis.values[Int(generator.next() % UInt64(max(axis.values.count, 1)))]
                })
            if seen.insert(point.id).inserted { points.append(point) } else { failures += 1 }
        }
        return points
    }

    /// Points that are listed one by one, each as its overrides.
    ///
    /// - Throws: ``ParameterError`` with every text that is no override or that has several values.
    public static func list(_ points: [[String]]) throws -> [SweepPoint] {
        distinct(try points.flatMap { try Sweep($0).grid() })
    }

    private static func distinct(_ points: [SweepPoint]) -> [SweepPoint] {
        var seen: Set<String> = []
        return points.filter { seen.insert($0.id).inserted }
    }

    static func refusal(_ message: String) -> ParameterError {
        ParameterError([ParameterProblem(.invalidRequest, message)])
    }

    private func assignments(of item: (override: Override, text: String), seed: UInt64) throws -> [SweepPoint
        .Assignment]
    {
        switch item.override.value {
        case nil: [SweepPoint.Assignment(item.override, nil)]
        case .single(let node): [SweepPoint.Assignment(item.override, node)]
        case .sweep(let choices):
            try choices.values(key: item.override.key.text, seed: seed, groups: groups).map {
                SweepPoint.Assignment(item.override, $0)
            }
        }
    }

    private func draw(
        _ interval: (low: Double, high: Double, isInteger: Bool, origin: Origin),
        _ generator: inout SplitMix64
    ) -> Node {
        if interval.isInteger, let low = Int64(exactly: interval.low.rounded(.up)),
            let high = Int64(exactly: interval.high.rounded(.down)), low <= high
        {
            let span = UInt64(bitPattern: high &- low) &+ 1
            let step = span == 0 ? generator.next() : generator.next() % span
            return Node(.integer(low &+ Int64(bitPattern: step)), at: interval.origin)
        }
        // 53 random bits are every double from 0 to below 1 in equal steps.
        let unit = Double(generator.next() >> 11) * 0x1p-53
        return Node(.number(interval.low + unit * (interval.high - interval.low)), at: interval.origin)
    }
}

extension SweepChoices {
    /// The bounds of an interval; nil for a finite set of values.
    fileprivate var interval: (low: Double, high: Double, isInteger: Bool, origin: Origin)? {
        switch kind {
        case .interval(let low, let high, let isInteger): (low, high, isInteger, origin)
        case .shuffled(let inner), .sorted(let inner, _): inner.interval
        default: nil
        }
    }

    /// The values in their order.
    fileprivate func values(key: String, seed: UInt64, groups: String?) throws -> [Node] {
        switch kind {
        case .choice(let values): return values
        case .range(let start, let stop, let step, let isInteger):
            let count = max(0, Int(((stop - start) / step).rounded(.up)))
            // Each value from the start, so that errors do not add up.
            return (0..<count).map { index in
                let value = start + step * Double(index)
                return Node(isInteger ? .integer(Int64(value)) : .number(value), at: origin)
            }
        case .interval:
            throw Sweep.refusal("'\(key)' is an interval, of which only a random sweep can take points")
        case .glob(let include, let exclude):
            guard let groups else {
                throw Sweep.refusal(
                    "'\(key)' takes the options of a group; give the sweep the groups' folder")
            }
            let options = ParameterLoader.options(ofGroup: key, in: groups)
            let chosen = options.filter { option in
                include.contains { NamePattern.matches($0, option) }
                    && !exclude.contains { NamePattern.matches($0, option) }
            }
            guard !chosen.isEmpty else {
                throw Sweep.refusal(
                    options.isEmpty
                        ? "'\(groups)' has no group '\(key)' with options"
                        : "no option of the group '\(key)' fits; there are \(options.joined(separator: ", "))"
                )
            }
            return chosen.map { Node(.text($0), at: origin) }
        case .shuffled(let inner):
            var values = try inner.values(key: key, seed: seed, groups: groups)
            var generator = SplitMix64(state: seed)
            for index in stride(from: values.count - 1, to: 0, by: -1) {
                values.swapAt(index, Int(generator.next() % UInt64(index + 1)))
            }
            return values
        case .sorted(let inner, let isReversed):
            let values = try inner.values(key: key, seed: seed, groups: groups).map {
                (UntypedText.resolved($0), $0)
            }
            let sorted = values.enumerated().sorted { left, right in
                if SweepChoices.precedes(left.element.0, right.element.0) { return !isReversed }
                if SweepChoices.precedes(right.element.0, left.element.0) { return isReversed }
                return left.offset < right.offset
            }
            return sorted.map(\.element.1)
        }
    }

    private static func precedes(_ left: Node, _ right: Node) -> Bool {
        func number(_ node: Node) -> Double? {
            switch node.content {
            case .integer(let value): Double(value)
            case .natural(let value): Double(value)
            case .number(let value): value
            default: nil
            }
        }
        switch (number(left), number(right)) {
        case (let first?, let second?): return first < second
        case (_?, nil): return true
        case (nil, _?): return false
        default: return JSONText.text(of: left) < JSONText.text(of: right)
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same numbers on every machine.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
