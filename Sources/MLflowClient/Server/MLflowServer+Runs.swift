// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import HTTPTransport

/// A run as the server describes it.
public struct MLflowRun: Hashable, Sendable {
    /// The identity, 32 hexadecimal digits by custom.
    public let id: String
    /// The identity of the experiment.
    public let experimentID: String
    /// Where its artifacts are, such as `mlflow-artifacts:/1/0123/artifacts`.
    public let artifactURI: String
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
    public let status: String

    init?(_ run: JSONValue?) {
        guard let info = run?["info"], let id = info["run_id"]?.string,
            let experiment = info["experiment_id"]?.string
        else { return nil }
        self.id = id
        experimentID = experiment
        artifactURI = info["artifact_uri"]?.string ?? ""
        status = info["status"]?.string ?? ""
    }
}

/// A value of a metric as the server keeps it.
public struct MLflowMetric: Hashable, Sendable {
    /// The name.
    public let key: String
    /// The value; a NaN or an infinity is sent as text, because the server drops what follows a bare one.
    public let value: Double
    /// Milliseconds since 1970.
    public let timestamp: Int64
    /// The step.
    public let step: Int64

    /// Makes a value.
    public init(key: String, value: Double, timestamp: Int64, step: Int64) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
    }

    var json: JSONValue {
        let number: JSONValue =
            value.isFinite
            ? .number(value) : .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        return .object([
            "key": .string(key), "value": number, "timestamp": .integer(timestamp), "step": .integer(step),
        ])
    }

    /// Reads a value; 64-bit integers may come as text, numbers that are not finite always do.
    init?(_ json: JSONValue) {
        guard let key = json["key"]?.string, let number = json["value"] else { return nil }
        self.key = key
        value = number.double ?? number.string.flatMap { Double($0) } ?? .nan
        timestamp = json["timestamp"]?.integer ?? json["timestamp"]?.string.flatMap { Int64($0) } ?? 0
        step = json["step"]?.integer ?? json["step"]?.string.flatMap { Int64($0) } ?? 0
    }
}

extension MLflowServer {
    /// The identity of the experiment of a name, which is made where it is missing.
    ///
    /// - Throws: ``MLflowError``, with the code `invalidArgument` for an experiment that was deleted.
    public func experiment(named name: String) async throws -> String {
        guard (1...MLflowLimits.nameLength).contains(name.unicodeScalars.count) else {
            throw MLflowError(
                .invalidArgument, "the name of an experiment has 1 to 500 characters", location: name)
        }
        for _ in 0..<3 {
            do {
                let answer = try await call(
                    .get, "experiments/get-by-name", query: [("experiment_name", name)])
                guard let id = answer["experiment"]?["experiment_id"]?.string else {
                    throw lacking("experiment_id")
                }
                guard answer["experiment"]?["lifecycle_stage"]?.string != "deleted" else {
                    throw MLflowError(
                        .invalidArgument, "the experiment was deleted; restore it, or use another name",
                        location: name)
                }
                return id
            } catch let error as MLflowError where error.code == .notFound {
                do {
                    let answer = try await call(.post, "experiments/create", body: ["name": .string(name)])
                    if let id = answer["experiment_id"]?.string { return id }
                } catch let error as MLflowError where [.alreadyExists, .unavailable].contains(error.code) {
                    continue  // Another writer made it, or the answer was lost.
                }
            }
        }
        throw MLflowError(.unavailable, "the experiment could be neither found nor made", location: name)
    }

    /// The runs of an experiment that carry a tag with a value, the first made first.
    ///
    /// - Throws: ``MLflowError``
    public func runs(in experiment: String, tag: String, value: String) async throws -> [MLflowRun] {
        guard !value.contains("'"), !tag.contains("`") else {
            throw MLflowError(.invalidArgument, "a quote cannot be searched for", location: value)
        }
        let answer = try await call(
            .post, "runs/search",
            body: [
                "experiment_ids": .array([.string(experiment)]),
                "filter": .string("tags.`\(tag)` = '\(value)'"),
                "max_results": .integer(100), "run_view_type": .string("ACTIVE_ONLY"),
                "order_by": .array([.string("attributes.start_time ASC")]),
            ], isIdempotent: true)
        return (answer["runs"]?.array ?? []).compactMap { MLflowRun($0) }
    }

    /// Makes a run, or finds the one that an earlier call made.
    ///
    /// MLflow's own creation is not idempotent: after a lost answer a second call makes a second run. So each run carries
    /// an identity of its maker in a tag, which is searched for before and after.
    ///
    /// - Parameters:
    ///   - experiment: The identity of the experiment.
    ///   - identity: The value of the tag `swift_mlops.run_id`.
    ///   - name: The name for people.
    ///   - start: When it began, in milliseconds since 1970.
    /// - Throws: ``MLflowError``
    public func run(
        in experiment: String, identity: String, name: String, start: Int64
    ) async throws -> (run: MLflowRun, isNew: Bool) {
        let tag = "swift_mlops.run_id"
        var isNew = false
        var failure: MLflowError?
        for _ in 0..<4 {
            // Of several that racing writers made, all of them settle on the one whose identity comes first.
            let found = try await runs(in: experiment, tag: tag, value: identity).sorted { $0.id < $1.id }
            if let first = found.first { return (first, isNew && found.count == 1) }
            let body: [String: JSONValue] = [
                "experiment_id": .string(experiment), "run_name": .string(name),
                "start_time": .integer(start),
                "tags": .array([
                    .object(["key": .string(tag), "value": .string(identity)]),
                    .object(["key": .string("mlflow.runName"), "value": .string(name)]),
                    .object(["key": .string("mlflow.source.type"), "value": .string("LOCAL")]),
                ]),
            ]
            do {
                guard MLflowRun(try await call(.post, "runs/create", body: body)["run"]) != nil else {
                    throw lacking("run_id")
                }
                isNew = true
            } catch let error as MLflowError where error.code == .unavailable {
                failure = error
            }
        }
        throw failure ?? MLflowError(.incomplete, "the run was made but cannot be found", location: identity)
    }

    /// Sets the status of a run and the time of its end.
    ///
    /// - Throws: ``MLflowError``
    public func update(_ run: String, status: String, end: Int64?) async throws {
        var body: [String: JSONValue] = ["run_id": .string(run), "status": .string(status)]
        if let end { body["end_time"] = .integer(end) }
        _ = try await call(.post, "runs/update", body: body, isIdempotent: true)
    }

    /// Logs metrics, parameters and tags of a run, in as many messages as the server's limits demand.
    ///
    /// - Throws: ``MLflowError``: `invalidArgument` before anything is sent where a name or a value cannot be stored,
    ///   `alreadyExists` where a parameter has another value already.
    public func log(
        to run: String, metrics: [MLflowMetric] = [], parameters: [String: String] = [:],
        tags: [String: String] = [:]
    ) async throws {
        for key in Set(metrics.map(\.key)) { try MLflowLimits.check(key: key, of: "metric") }
        for (key, value) in parameters {
            try MLflowLimits.check(key: key, of: "parameter")
            try MLflowLimits.check(value: value, of: key, atMost: MLflowLimits.parameterLength)
        }
        for (key, value) in tags {
            try MLflowLimits.check(key: key, of: "tag")
            try MLflowLimits.check(value: value, of: key, atMost: MLflowLimits.tagLength)
        }
        for part in MLflowServer.parts(metrics.map(\.json), MLflowLimits.metricsPerBatch) {
            // A store in files would keep a repeated message twice, so who sends finds out what has arrived.
            try await batch(run, ["metrics": .array(part)], isIdempotent: false)
        }
        for (name, values, size) in [
            ("params", parameters, MLflowLimits.parametersPerBatch),
            ("tags", tags, MLflowLimits.tagsPerBatch),
        ] {
            let items = values.sorted { $0.key < $1.key }.map { key, value in
                JSONValue.object(["key": .string(key), "value": .string(value)])
            }
            for part in MLflowServer.parts(items, size) {
                try await batch(run, [name: .array(part)], isIdempotent: true)
            }
        }
    }

    private func batch(_ run: String, _ content: [String: JSONValue], isIdempotent: Bool) async throws {
        var body = content
        body["run_id"] = .string(run)
        do {
            _ = try await call(.post, "runs/log-batch", body: body, isIdempotent: isIdempotent)
        } catch let error as MLflowError where error.code == .invalidArgument && content["params"] != nil {
            throw MLflowError(
                .alreadyExists, "a parameter has another value already, and MLflow changes none",
                location: run,
                cause: error)
        }
    }

    /// All values of a metric in the order of the server.
    ///
    /// - Throws: ``MLflowError``
    public func history(of metric: String, in run: String) async throws -> [MLflowMetric] {
        var values: [MLflowMetric] = []
        var token: String?
        repeat {
            var query = [("run_id", run), ("metric_key", metric), ("max_results", "25000")]
            if let token { query.append(("page_token", token)) }
            let answer = try await call(.get, "metrics/get-history", query: query)
            let page = (answer["metrics"]?.array ?? []).compactMap { MLflowMetric($0) }
            values += page
            token = page.isEmpty ? nil : answer["next_page_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return values
    }

    /// Notes which datasets a run has read: name and digest.
    ///
    /// - Throws: ``MLflowError``
    func logInputs(_ datasets: [(name: String, digest: String)], to run: String) async throws {
        let items = datasets.map { dataset in
            JSONValue.object([
                "dataset": .object([
                    "name": .string(dataset.name), "digest": .string(dataset.digest),
                    "source_type": .string("swift-mlops"),
                    "source": .string("{\"name\":\"swift-mlops\"}"),
                ])
            ])
        }
        for part in MLflowServer.parts(items, 100) {
            _ = try await call(
                .post, "runs/log-inputs", body: ["run_id": .string(run), "datasets": .array(part)],
                isIdempotent: true)
        }
    }

    func lacking(_ member: String) -> MLflowError {
        MLflowError(.malformedResponse, "the answer lacks '\(member)'; is this an MLflow server?")
    }

    static func parts<Element>(_ items: [Element], _ size: Int) -> [[Element]] {
        stride(from: 0, to: items.count, by: size).map { Array(items[$0..<min($0 + size, items.count)]) }
    }
}
