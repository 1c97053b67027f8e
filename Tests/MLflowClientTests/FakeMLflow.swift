// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import HTTPTransport
import Synchronization

@testable import MLflowClient

/// An MLflow server behind a client, without a network: what the sink needs, and faults on demand.
final class FakeMLflow: HTTPClient {
    enum Fault {
        case fail
        case loseResponse
        /// A batch is answered with 200 but only its first half is kept, as after a message that half parses.
        case dropHalf
    }

    struct State {
        var experiments: [String: String] = [:]
        var runs: [(id: String, experiment: String, tags: [String: String], status: String)] = []
        var parameters: [String: String] = [:]
        /// With the run's identity in front, without repetitions, as the store in a database keeps them.
        var metrics: [(key: String, metric: MLflowMetric)] = []
        var held: Set<[AnyHashable]> = []
        var artifacts: [String: Int] = [:]
        var requests: [HTTPRequest] = []
    }

    let state = Mutex(State())
    private let fault: @Sendable (HTTPRequest, Int) -> Fault?

    init(fault: @escaping @Sendable (HTTPRequest, Int) -> Fault? = { _, _ in nil }) { self.fault = fault }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        let fault = fault(request, number)
        let lost = HTTPError(.connectionLost, "lost")
        if case .fail = fault { throw lost }
        var dropsHalf = false
        if case .dropHalf = fault { dropsHalf = true }
        let answer = state.withLock { [dropsHalf] state in self.answer(request, &state, dropsHalf: dropsHalf)
        }
        if case .loseResponse = fault { throw lost }
        return answer
    }

    private func answer(_ request: HTTPRequest, _ state: inout State, dropsHalf: Bool) -> HTTPResponse {
        let path = request.url.path(percentEncoded: false)
        if path.hasPrefix("/api/2.0/mlflow-artifacts/artifacts/") {
            let parts = path.components(separatedBy: "/artifacts/")
            state.artifacts[parts.dropFirst(2).joined(separator: "/artifacts/")] = request.body.count
            return json(.object([:]))
        }
        let query = URLComponents(url: request.url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        let parameter = { (name: String) in query.first { $0.name == name }?.value ?? "" }
        let body = (try? JSONValue(parsing: request.body)) ?? .null
        switch path.dropFirst("/api/2.0/mlflow/".count) {
        case "experiments/get-by-name":
            guard let id = state.experiments[parameter("experiment_name")] else {
                return refusal(404, "RESOURCE_DOES_NOT_EXIST")
            }
            return json(.object(["experiment": .object(["experiment_id": .string(id)])]))
        case "experiments/create":
            let name = body["name"]?.string ?? ""
            guard state.experiments[name] == nil else { return refusal(400, "RESOURCE_ALREADY_EXISTS") }
            state.experiments[name] = String(state.experiments.count + 1)
            return json(.object(["experiment_id": .string(state.experiments[name] ?? "")]))
        case "runs/search":
            let filter = body["filter"]?.string ?? ""
            let found = state.runs.filter { run in run.tags.contains { filter == "tags.`\($0)` = '\($1)'" } }
            return json(.object(["runs": .array(found.map { self.run($0.id, $0.experiment, $0.status) })]))
        case "runs/create":
            let id = "r\(state.runs.count)"
            let tags = (body["tags"]?.array ?? []).map {
                ($0["key"]?.string ?? "", $0["value"]?.string ?? "")
            }
            state.runs.append((id, body["experiment_id"]?.string ?? "", Dictionary(tags) { $1 }, "RUNNING"))
            return json(.object(["run": run(id, "1", "RUNNING")]))
        case "runs/update":
            if let place = state.runs.firstIndex(where: { $0.id == body["run_id"]?.string }) {
                state.runs[place].status = body["status"]?.string ?? ""
            }
            return json(.object([:]))
        case "runs/log-batch": return log(body, &state, dropsHalf: dropsHalf)
        case "metrics/get-history":
            let found = state.metrics.filter {
                $0.key == parameter("run_id") && $0.metric.key == parameter("metric_key")
            }
            return json(.object(["metrics": .array(found.map(\.metric.json))]))
        case "artifacts/list":
            let files = state.artifacts.map { path, size in
                JSONValue.object([
                    "path": .string(path), "is_dir": .bool(false), "file_size": .integer(Int64(size)),
                ])
            }
            return json(.object(["files": .array(files)]))
        case "runs/log-inputs": return json(.object([:]))
        default: return HTTPResponse(status: 404, body: Array("<html>Not Found</html>".utf8))
        }
    }

    private func log(_ body: JSONValue, _ state: inout State, dropsHalf: Bool) -> HTTPResponse {
        for item in body["params"]?.array ?? [] {
            let (key, value) = (item["key"]?.string ?? "", item["value"]?.string ?? "")
            guard [nil, value].contains(state.parameters[key]) else {
                return refusal(400, "INVALID_PARAMETER_VALUE")
            }
            state.parameters[key] = value
        }
        let metrics = (body["metrics"]?.array ?? []).compactMap { MLflowMetric($0) }
        for metric in metrics.prefix(dropsHalf ? metrics.count / 2 : metrics.count) {
            let run = body["run_id"]?.string ?? ""
            let isNew = state.held.insert([AnyHashable(run), metric.key, StoredPoint(metric)]).inserted
            if isNew { state.metrics.append((run, metric)) }
        }
        return json(.object([:]))
    }

    private func run(_ id: String, _ experiment: String, _ status: String) -> JSONValue {
        .object([
            "info": .object([
                "run_id": .string(id), "experiment_id": .string(experiment), "status": .string(status),
                "artifact_uri": .string("mlflow-artifacts:/1/\(id)/artifacts"),
            ])
        ])
    }

    private func json(_ value: JSONValue) -> HTTPResponse {
        HTTPResponse(status: 200, body: CanonicalJSON.encode(value))
    }

    private func refusal(_ status: Int, _ code: String) -> HTTPResponse {
        HTTPResponse(status: status, body: Array("{\"error_code\":\"\(code)\",\"message\":\"said\"}".utf8))
    }
}
