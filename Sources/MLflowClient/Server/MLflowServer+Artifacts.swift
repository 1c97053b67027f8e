// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import HTTPTransport

/// Artifacts by way of the server (`mlflow server --serve-artifacts`, the default), which needs no credentials of a
/// bucket here.
extension MLflowServer {
    /// Stores a content as an artifact of a run and reads its size back.
    ///
    /// - Parameters:
    ///   - content: The content.
    ///   - path: The relative path within the run's artifacts.
    ///   - run: The run.
    /// - Throws: ``MLflowError``, with the code `unsupported` where the run's artifacts do not go by way of the server.
    public func upload(_ content: [UInt8], as path: String, to run: MLflowRun) async throws {
        _ = try await send(.put, try endpoint(path, of: run), body: content)
        guard let size = try await artifacts(of: run, in: MLflowServer.folder(of: path))[path],
            size == content.count
        else {
            throw MLflowError(
                .incomplete, "the server does not hold the artifact it has taken", location: path)
        }
    }

    /// Reads an artifact of a run.
    ///
    /// - Throws: ``MLflowError``
    public func download(_ path: String, of run: MLflowRun) async throws -> [UInt8] {
        try await send(.get, try endpoint(path, of: run)).body
    }

    /// The files in a folder of a run's artifacts: sizes by path.
    ///
    /// - Throws: ``MLflowError``
    public func artifacts(of run: MLflowRun, in folder: String = "") async throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        var token: String?
        repeat {
            var query = [("run_id", run.id)]
            if !folder.isEmpty { query.append(("path", folder)) }
            if let token { query.append(("page_token", token)) }
            let answer = try await call(.get, "artifacts/list", query: query)
            for file in answer["files"]?.array ?? [] {
                guard let path = file["path"]?.string, file["is_dir"] != .bool(true) else { continue }
                let size = file["file_size"]
                sizes[path] = Int(size?.integer ?? size?.string.flatMap { Int64($0) } ?? -1)
            }
            token = answer["next_page_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return sizes
    }

    private func endpoint(_ path: String, of run: MLflowRun) throws(MLflowError) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
            throw MLflowError(
                .invalidArgument, "the path must be relative, without '.' and '..'", location: path)
        }
        let scheme = "mlflow-artifacts:"
        guard run.artifactURI.hasPrefix(scheme) else {
            throw MLflowError(
                .unsupported,
                "the run's artifacts are at '\(run.artifactURI)', which only that store's own client"
                    + " reaches; start the server with --serve-artifacts", location: path)
        }
        // Both mlflow-artifacts:/path and mlflow-artifacts://host/path occur.
        var root = run.artifactURI.dropFirst(scheme.count)
        if root.hasPrefix("//") { root = root.dropFirst(2).drop { $0 != "/" } }
        root = root.drop { $0 == "/" }
        return "/api/2.0/mlflow-artifacts/artifacts/"
            + MLflowServer.encode(String(root) + "/" + path, keepingSlashes: true)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
