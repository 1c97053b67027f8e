// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTransport
import MetricLogging
import RunLineage
import Synchronization
import Testing

@testable import MLflowClient

/// Whatever happens on the way, the server holds every point once, or the sink says that it does not.
@Suite struct MLflowRunSinkTests {
    private let info = RunInfo(
        experiment: "flights", id: "run-1", name: "july", startMicroseconds: 1_700_000_000_000_000)
    private let points = (0..<2_500).map {
        MetricPoint(
            step: $0, microseconds: 1_700_000_000_000_000 + Int64($0) * 1_500, value: 1 / Double($0 + 1))
    }
    private let odd = [Double.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude].enumerated().map {
        MetricPoint(step: $0, microseconds: 1_700_000_000_000_000, value: $1)
    }

    private func server(_ fake: FakeMLflow) throws -> MLflowServer {
        try MLflowServer(
            #require(URL(string: "http://fake:5000/")), authorization: .none,
            retries: RetryPolicy(
                attempts: 3, firstWait: .microseconds(1), longestWait: .microseconds(1), seed: 1),
            http: fake)
    }

    private func export(to fake: FakeMLflow) async throws {
        let sink = MLflowRunSink(try server(fake))
        try await sink.begin(info)
        try await sink.write(
            [.parameters(["rounds": "300"]), .tags(["owner": "ops"]), .lineage(LineageRecord())], of: info)
        try await sink.write([.points(metric: "loss", points), .points(metric: "odd", odd)], of: info)
        try await sink.end(info, status: .finished, ended: Date(timeIntervalSince1970: 1_700_000_100))
    }

    private func check(_ fake: FakeMLflow) {
        fake.state.withLock { state in
            #expect(state.runs.count == 1)
            #expect(state.runs.first?.status == "FINISHED")
            #expect(state.metrics.count == points.count + odd.count)
            #expect(state.parameters == ["rounds": "300"])
            #expect(state.artifacts.keys.contains("lineage.json"))
        }
    }

    @Test func arrivesInBatchesWithinTheLimits() async throws {
        let fake = FakeMLflow()
        try await export(to: fake)
        check(fake)
        let batches = fake.state.withLock { $0.requests }.filter {
            $0.url.absoluteString.hasSuffix("runs/log-batch")
        }
        #expect(batches.allSatisfy { $0.body.count < 1_000_000 })
        #expect(batches.count { String(decoding: $0.body, as: UTF8.self).contains("\"metrics\"") } == 4)
        let texts = batches.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(texts.contains { $0.contains("\"NaN\"") && $0.contains("\"-Infinity\"") })
    }

    @Test func theSameRunAgainIsTheSameRun() async throws {
        let fake = FakeMLflow()
        try await export(to: fake)
        try await export(to: fake)
        check(fake)
    }

    @Test(arguments: 1...14)
    func survivesALostAnswerAtAnyCall(_ hit: Int) async throws {
        for fault in [FakeMLflow.Fault.fail, .loseResponse] {
            let fake = FakeMLflow { _, number in number == hit ? fault : nil }
            try await export(to: fake)
            check(fake)
        }
    }

    @Test func findsOutThatTheServerDroppedPoints() async throws {
        let fake = FakeMLflow { request, _ in
            String(decoding: request.body, as: UTF8.self).contains("\"odd\"") ? .dropHalf : nil
        }
        let error = await #expect(throws: MLflowError.self) { try await export(to: fake) }
        #expect(error?.code == .incomplete)
        #expect(error?.location == "odd")
        #expect(
            fake.state.withLock { $0.runs.first?.status } == "RUNNING",
            "a run that lacks points has not finished")
    }

    @Test func aChangedParameterIsRefused() async throws {
        let fake = FakeMLflow()
        try await export(to: fake)
        let error = await #expect(throws: MLflowError.self) {
            try await server(fake).log(to: "r0", parameters: ["rounds": "301"])
        }
        #expect(error?.code == .alreadyExists)
    }

    @Test func twoExportersMakeOneRun() async throws {
        let fake = FakeMLflow()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { try await export(to: fake) } }
            try await group.waitForAll()
        }
        let finished = fake.state.withLock { state in state.runs.filter { $0.status == "FINISHED" } }
        #expect(finished.count == 1)
    }

    @Test(arguments: [
        "", "/a", "a/", "a//b", "../a", "a/./b", "a#b", "a\u{0}", "a\nb", String(repeating: "k", count: 251),
    ])
    func keysThatMLflowRefusesAreNotSent(_ key: String) async throws {
        let fake = FakeMLflow()
        for log: (MLflowServer) async throws -> Void in [
            { try await $0.log(to: "r", metrics: [MLflowMetric(key: key, value: 1, timestamp: 0, step: 0)]) },
            { try await $0.log(to: "r", parameters: [key: "1"]) },
            { try await $0.log(to: "r", tags: [key: "1"]) },
        ] {
            let error = await #expect(throws: MLflowError.self) { try await log(server(fake)) }
            #expect(error?.code == .invalidArgument)
        }
        #expect(fake.state.withLock { $0.requests.isEmpty })
    }

    @Test(arguments: ["loss", "a/b c", "größe", "x_1.2-3:4", "損失", String(repeating: "k", count: 250)])
    func keysThatMLflowTakesAreSent(_ key: String) async throws {
        try await server(FakeMLflow()).log(to: "r", parameters: [key: String(repeating: "ü", count: 6_000)])
    }

    @Test func valuesThatWouldBeCutAreNotSent() async throws {
        let server = try server(FakeMLflow())
        await #expect(throws: MLflowError.self) {
            try await server.log(to: "r", parameters: ["a": String(repeating: "x", count: 6_001)])
        }
        await #expect(throws: MLflowError.self) {
            try await server.log(to: "r", tags: ["a": String(repeating: "x", count: 8_001)])
        }
    }

    @Test(arguments: [
        (200, "<html>", MLflowError.Code.malformedResponse), (200, "{}", .malformedResponse),
        (200, "", .malformedResponse),
        (404, "<html>", .unsupported), (403, "Invalid Host header", .permissionDenied),
        (401, "", .permissionDenied),
        (500, "<html>", .unavailable), (302, "", .invalidArgument),
        (400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"m\"}", .invalidArgument),
    ])
    func answersThatAreNoneOfMLflowsAreErrors(_ status: Int, _ body: String, _ code: MLflowError.Code)
        async throws
    {
        let client = ScriptedClient(
            repeating: .response(HTTPResponse(status: status, body: Array(body.utf8))))
        let server = try MLflowServer(
            #require(URL(string: "http://fake")), authorization: .none, retries: .never, http: client)
        let error = await #expect(throws: MLflowError.self) { try await server.experiment(named: "x") }
        #expect(error?.code == code)
    }

    @Test(arguments: ["ftp://host", "http://user:secret@host", "http://host?x=1", "relative"])
    func refusesAddresses(_ text: String) throws {
        let url = try #require(URL(string: text))
        let error = #expect(throws: MLflowError.self) { try MLflowServer(url) }
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }

    @Test func sendsCredentialsAndHidesThem() async throws {
        let client = ScriptedClient(repeating: .response(HTTPResponse(status: 200, body: Array("3.1".utf8))))
        for (authorization, header) in [
            (MLflowAuthorization.basic(user: "u", password: "p"), "Basic dTpw"), (.bearer("t"), "Bearer t"),
        ] {
            let server = try MLflowServer(
                #require(URL(string: "http://fake/behind")), authorization: authorization, http: client)
            #expect(try await server.version() == "3.1")
            #expect(client.requests.last?.headers["Authorization"] == header)
            #expect(client.requests.last?.url.path() == "/behind/version")
            #expect(!"\(authorization)".contains("t)"))
        }
    }
}
