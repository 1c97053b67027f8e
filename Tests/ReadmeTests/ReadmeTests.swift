// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import DataContracts
import DatasetVersioning
import Foundation
import MetricLogging
import ModelRegistries
import ParameterLoading
import RunLineage
import TableReading
import TestSupport
import Testing
import TreeEnsembles

/// The README's examples, run as they stand there.
@Suite struct ReadmeTests {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct Gate: Decodable { var measure: String; var betterBy: Double }

    private func path(_ text: String) -> String { Self.package.appending(path: text).path }

    @Test func modelsAreScored() throws {
        let rows = [Double](repeating: .nan, count: 18)
        let model = try TreeEnsemble(contentsOf: path("Examples/FlightDelay/models/lightgbm.txt"))
        #expect("\(model)" == "LightGBM binary: 300 trees, 18 features, 1 output")
        let probabilities = try model.values(for: FeatureMatrix(rows, columns: 18), threads: 2)
        #expect((0...1).contains(probabilities[0]))
        let why = try model.contributions(for: rows).sorted().prefix(3)
        #expect(why.count == 3)
    }

    @Test func tablesAreCheckedAndCompared() throws {
        let june = try Table(contentsOf: path("Examples/FlightDelay/data/flights-2013-06.csv.gz"))
        let july = try Table(contentsOf: path("Examples/FlightDelay/data/flights-2013-07.csv.gz"))
        let contract = try DataContract.infer(from: june)
        #expect("\(contract.check(july.removing(["dest"])))" == "column 'dest' is missing")
        #expect(Drift.compare(june, july)["distance"]?.verdict == .quiet)
    }

    @Test func artifactsDatasetsRunsAndModelsAreKept() async throws {
        try await withTemporaryFolder { place in
            let folder = place.path
            let store = try LocalObjectStore(at: folder + "/store")
            let artifacts = ArtifactStore(store)
            let artifact = try await artifacts.publish(
                "flight-delay", contentsOf: path("Examples/FlightDelay/models/lightgbm.txt"))
            #expect("\(artifact)" == "flight-delay@1")

            var options = DatasetStore.Options()
            options.cacheFolder = folder + "/cache"
            let datasets = DatasetStore(store, options: options)
            let file = path("Examples/FlightDelay/data/flights-2013-07.csv.gz")
            let data = try await datasets.snapshot("flights", of: file)
            #expect(data.reference == "flights@1")
            let again = try await datasets.snapshot("flights", of: file)
            #expect("\(again)" == "flights@1: unchanged, 0 bytes added")

            let yaml = ParameterSource.text(
                "measure: roc_auc\nbetter_by: 0.002\n", format: .yaml, name: "params.yaml")
            let parameters = try Parameters.load(Gate.self, from: yaml, .commandLine(["better_by=0.01"]))
            #expect(parameters.betterBy == 0.01)
            #expect(parameters.digest.short.count == 12)

            let reference = DataReference(
                name: "flights", version: data.version.number, digest: data.version.digest)
            let lineage = LineageRecord.capture(parameters: parameters.digest, data: [reference])
            let run = try Run.start(
                "july", experiment: "flight-delay", in: folder + "/runs", lineage: lineage)
            let loss = run.metric("loss")
            for step in 0..<1_000 { loss.log(1 / Double(step + 1), step: step) }
            try run.finish()

            let registry = ObjectStoreModelRegistry(store)
            let files = ModelArtifact(name: artifact.name, version: artifact.number, digest: artifact.digest)
            let candidate = try await registry.register(
                "flight-delay", artifact: files, run: run.reference,
                evaluations: [Evaluation(on: reference, metrics: ["roc_auc": 0.749])])
            try await registry.promote(
                candidate, to: "champion", if: [.beats("champion", on: "roc_auc", by: 0.002)])
            #expect(try await registry.aliases(of: "flight-delay") == ["champion": 1])

            // What the modules keep beside each other in one store, its check understands.
            let check = try await StoreMaintenance(store).check(dataShare: 1)
            #expect(check.problems.isEmpty, "\(check)")
        }
    }

    @Test func aMisspeltKeyIsNamedWithItsPlace() {
        let yaml = ParameterSource.text(
            "measure: roc_auc\nbeter_by: 0.002\n", format: .yaml, name: "params.yaml")
        let error = #expect(throws: ParameterError.self) { try Parameters.load(Gate.self, from: yaml) }
        let message = "params.yaml:2:1: unknown key 'beter_by'; did you mean 'better_by'?"
        #expect(error?.problems.map(\.summary).contains(message) == true, "\(String(describing: error))")
    }

    /// Each call that the README shows is made above: a change of the API that forgets the README fails here.
    @Test func theReadmeShowsWhatIsTested() throws {
        let readme = try String(contentsOf: Self.package.appending(path: "README.md"), encoding: .utf8)
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let words = { (text: String) in text.filter { !$0.isWhitespace } }
        let tested = words(source).replacing("path(\"", with: "\"").replacing("\"))", with: "\")")
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(blocks.count == 6)
        for line in blocks.joined().split(separator: "\n") where line.contains("let ") && line.contains(" = ")
        {
            let name = line.drop { $0 == " " }.prefix { $0 != "=" }.split(separator: " ").last ?? ""
            #expect(tested.contains("let\(name)="), "the README declares '\(name)'")
        }
    }
}
