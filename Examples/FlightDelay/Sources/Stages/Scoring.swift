// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import DataContracts
import TableReading
import TreeEnsembles

/// One model's scores of one month.
struct ScoredMonth {
    let model: Inputs.Model
    let flights: Flights
    let raw: Scores
    let probabilities: [Double]
    let rocAUC: Double

    /// Scores every flight of the month; those that never arrived do not count for the ROC AUC.
    init(_ flights: Flights, with model: Inputs.Model, settings: Settings) throws {
        self.model = model
        self.flights = flights
        let rows = try ScoredMonth.rows(of: flights.features, for: model.ensemble)
        let threads = settings.scoring.threads
        let raw = try model.ensemble.rawScores(for: rows, threads: threads)
        self.raw = raw
        probabilities = try model.ensemble.values(for: rows, threads: threads).elements
        let arrived = flights.delays.indices.filter { !flights.delays[$0].isNaN }
        let area = AreaUnderCurve(
            scores: arrived.map { raw.elements[$0] },
            labels: arrived.map { flights.delays[$0] > settings.label.lateAfterMinutes })
        rocAUC = area?.value ?? .nan
    }

    /// The features as the model takes them: a category that training never saw is missing, as it was in Python.
    private static func rows(of features: Table, for ensemble: TreeEnsemble) throws -> FeatureMatrix {
        let known = Dictionary(
            ensemble.features.map { ($0.name ?? "", Set($0.categories)) },
            uniquingKeysWith: { first, _ in first })
        let columns = try features.columns.map { column -> FeatureColumn in
            guard column.type == .string else { return .doubles(try column.doubles) }
            let names = known[column.name] ?? []
            return .categories(column.strings.map { $0.flatMap { names.contains($0) ? $0 : nil } })
        }
        return try FeatureMatrix(columns: columns, names: features.columns.map(\.name))
    }

    /// How many raw scores differ in any bit from those that Python wrote as a NumPy array.
    func rowsUnlikePython(in file: String) throws -> Int {
        guard let expected = try Table(contentsOf: file).columns.first?.doubles,
            expected.count == raw.rowCount
        else { return raw.rowCount }
        return zip(raw.elements, expected).count { $0.bitPattern != $1.bitPattern }
    }

    /// Rows by probability in twentieths of the range from 0 to 1.
    var histogram: [Int] {
        var counts = [Int](repeating: 0, count: 20)
        for probability in probabilities { counts[min(max(Int(probability * 20), 0), 19)] += 1 }
        return counts
    }

    /// One line a flight: its place in the file and its probability.
    var csv: String {
        probabilities.enumerated().reduce(into: "row,probability\n") {
            $0 += "\($1.offset + 1),\($1.element)\n"
        }
    }

    var meanProbability: Double { probabilities.reduce(0, +) / Double(max(probabilities.count, 1)) }
}
