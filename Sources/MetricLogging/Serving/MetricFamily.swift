// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a metric of a service is made with; it never changes.
struct MetricSchema: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case counter, gauge
        case histogram([Double])

        var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    let name: String
    let help: String
    let kind: Kind
    let labels: [String]
    let maximumSeries: Int

    init(_ name: String, _ help: String, _ kind: Kind, _ labels: [String], _ maximumSeries: Int) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.maximumSeries = max(maximumSeries, 1)
    }

    /// Checks the names against the data model of Prometheus.
    func check() throws(ServingMetricError) {
        guard MetricSchema.isName(name, colon: true) else {
            throw ServingMetricError(
                .invalidName,
                "the metric's name '\(name)' must hold letters, digits, '_' and ':' and not begin with a digit"
            )
        }
        let isHistogram = if case .histogram = kind { true } else { false }
        for label in labels {
            guard MetricSchema.isName(label, colon: false), !label.hasPrefix("__"),
                !(isHistogram && label == "le")
            else {
                throw ServingMetricError(.invalidName, "'\(label)' cannot be a label of the metric '\(name)'")
            }
        }
        guard Set(labels).count == labels.count else {
            throw ServingMetricError(.invalidName, "a label of the metric '\(name)' stands twice")
        }
    }

    private static func isName(_ text: String, colon: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: colon && byte == UInt8(ascii: ":")
            }
        }
    }
}

/// A metric with all its series.
protocol MetricFamily: Sendable {
    var schema: MetricSchema { get }
    /// The metric in the text format, with its help and type.
    var text: String { get }
}

/// The series of a metric by their label values, up to the cap.
struct SeriesTable<Series: Sendable>: ~Copyable, Sendable {
    private let schema: MetricSchema
    private let series = Mutex<[[String]: Series]>([:])
    private let make: @Sendable () -> Series

    init(_ schema: MetricSchema, make: @escaping @Sendable () -> Series) {
        self.schema = schema
        self.make = make
        // A metric without labels is there from the start, with the value 0.
        if schema.labels.isEmpty { _ = self[[]] }
    }

    /// The series with these label values: missing ones are empty, surplus ones are left out.
    subscript(_ values: [String]) -> Series {
        let missing = max(schema.labels.count - values.count, 0)
        let key = Array(values.prefix(schema.labels.count)) + [String](repeating: "", count: missing)
        return series.withLock { series in
            if let found = series[key] { return found }
            let other = [String](repeating: "other", count: schema.labels.count)
            // One place is kept for what is over the cap.
            let isFull = series.count >= schema.maximumSeries && key != other
            if isFull, let found = series[other] { return found }
            let new = make()
            series[isFull ? other : key] = new
            return new
        }
    }

    /// The lines of all series, sorted by label values, after the help and the type.
    func text(_ lines: (Series, [(String, String)]) -> String) -> String {
        let all = series.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let help = PrometheusText.escaped(schema.help, quotes: false)
        return "# HELP \(schema.name) \(help)\n# TYPE \(schema.name) \(schema.kind.name)\n"
            + all.map { lines($0.value, Array(zip(schema.labels, $0.key))) }.joined()
    }
}

/// The text format 0.0.4 of Prometheus: prometheus.io/docs/instrumenting/exposition_formats.
enum PrometheusText {
    static func line(_ name: String, _ labels: [(String, String)], _ value: String) -> String {
        let list = labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
        return name + (list.isEmpty ? "" : "{\(list)}") + " " + value + "\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
