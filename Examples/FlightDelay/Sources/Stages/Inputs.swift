// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Foundation
import ParameterLoading
import TableReading
import TreeEnsembles

/// Everything the pipeline reads, read and checked before it writes anything.
struct Inputs {
    /// A model file and the ensemble in it.
    struct Model: Sendable {
        let name: String
        let path: String
        let ensemble: TreeEnsemble
    }

    let parameters: Parameters<Settings>
    /// The incumbent first, then the challenger.
    let models: [Model]
    let months: [Flights]
    /// The months' files, in the same order.
    let files: [String]

    var settings: Settings { parameters.value }

    /// Reads the parameters, both models, the weather and every month.
    ///
    /// - Parameters:
    ///   - folder: The folder of the example, with `params.yaml`, `data` and `models`.
    ///   - overrides: Words such as `gate.better_by=0.01`.
    /// - Throws: The first fault, with the file and the place.
    init(from folder: String, overrides: [String], progress: ProgressLine) throws {
        progress.show("reading parameters and models")
        parameters = try Parameters.load(
            Settings.self, from: .file(folder + "/params.yaml"), .environment(prefix: "FLIGHT_"),
            .commandLine(overrides))
        let settings = parameters.value
        models = try ["xgboost.json", "lightgbm.txt"].map { file in
            let path = folder + "/models/" + file
            return Model(
                name: String(file.prefix { $0 != "." }), path: path,
                ensemble: try TreeEnsemble(contentsOf: path))
        }
        progress.show("reading flights and weather")
        let weather = try Table(contentsOf: folder + "/data/weather.csv.gz")
        files = settings.months.map { folder + "/data/flights-\($0).csv.gz" }
        months = try zip(settings.months, files).map { month, file in
            do {
                return try Flights(month: month, table: Table(contentsOf: file), weather: weather)
            } catch var error as TableError {
                error.file = error.file ?? file
                throw error
            }
        }
        for (key, month) in [
            ("reference_month", settings.referenceMonth), ("evaluation_month", settings.evaluationMonth),
        ] where !settings.months.contains(month) {
            throw UsageError("the parameter '\(key)' is \(month), which is not one of the parameter 'months'")
        }
    }

    /// The month with this name, which `init` has checked to be there.
    func month(_ name: String) throws -> Flights {
        guard let month = months.first(where: { $0.month == name }) else {
            throw UsageError("there is no month '\(name)' among the parameter 'months'")
        }
        return month
    }
}
