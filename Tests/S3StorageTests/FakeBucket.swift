// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import HTTPTransport
import Synchronization

@testable import S3Storage

/// A bucket behind a client, without a network: the requests and answers of S3, flaws and faults on demand.
final class FakeBucket: HTTPClient {
    struct Flaws {
        var ignoresIfNoneMatch = false
        var ignoresIfNoneMatchInParts = false
        var ignoresIfMatch = false
        var wantsBareTags = false
        var answersNotModified = false
        var ignoresRanges = false
        var listsBackwards = false
        var completesWithErrors = 0
    }

    /// What happens to one request.
    enum Fault {
        /// It does not arrive.
        case fail
        /// It takes effect, the answer is lost.
        case loseResponse
        /// It arrives twice; the second answer is returned.
        case duplicate
        /// This is answered, without effect.
        case answer(HTTPResponse)
        /// It takes effect, then this is answered.
        case replaceAnswer(HTTPResponse)
        /// One byte of the answer's body is changed.
        case flipByte
        /// The answer comes when others have overtaken it.
        case delay
        /// The sender gives up, and the request arrives when so many others have.
        case late(Int)
    }

    struct Object {
        var content: [UInt8]
        var metadata: [HTTPHeaders.Field]
        var tag: String
    }

    struct Upload {
        var key: String
        var metadata: [HTTPHeaders.Field]
        var parts: [Int: [UInt8]] = [:]
    }

    struct State {
        var objects: [String: Object] = [:]
        var uploads: [String: Upload] = [:]
        var requests: [HTTPRequest] = []
        var completions = 0
        /// Requests on their way, and the number of the one behind which they arrive.
        var late: [(due: Int, request: HTTPRequest)] = []
    }

    let flaws: Flaws
    private let fault: @Sendable (HTTPRequest, Int) -> Fault?
    let state = Mutex(State())

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    init(_ flaws: Flaws = Flaws(), fault: @escaping @Sendable (HTTPRequest, Int) -> Fault? = { _, _ in nil })
    {
        self.flaws = flaws
        self.fault = fault
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        await Task.yield()
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        let arriving = state.withLock { state in
            defer { state.late.removeAll { $0.due <= number } }
            return state.late.filter { $0.due <= number }
        }
        for (_, request) in arriving { _ = answer(request) }
        let lost = HTTPError(.connectionLost, "lost", location: request.location)
        switch fault(request, number) {
        case .fail?: throw lost
        case .loseResponse?:
            _ = answer(request)
            throw lost
        case .duplicate?:
            _ = answer(request)
            return answer(request)
        case .answer(let response)?: return response
        case .replaceAnswer(let response)?:
            _ = answer(request)
            return response
        case .flipByte?:
            var response = answer(request)
            if !response.body.isEmpty { response.body[response.body.count / 2] ^= 1 }
            return response
        case .delay?:
            try await Task.sleep(for: .milliseconds(5))
            let response = answer(request)
            try await Task.sleep(for: .milliseconds(5))
            return response
        case .late(let others)?:
            state.withLock { $0.late.append((number + others, request)) }
            throw lost
        case nil: return answer(request)
        }
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard request.headers["Authorization"]?.hasPrefix("AWS4-HMAC-SHA256 ") == true else {
            return FakeBucket.error(403, "AccessDenied")
        }
        guard request.headers["x-amz-content-sha256"] == Digest(of: request.body).hexadecimal else {
            return FakeBucket.error(400, "XAmzContentSHA256Mismatch")
        }
        let target = RequestTarget(request.url.absoluteString)
        let path = target.path.removingPercentEncoding ?? ""
        guard path.hasPrefix("/bucket/") else { return FakeBucket.error(404, "NoSuchBucket") }
        let key = String(path.dropFirst(8))
        var query: [String: String] = [:]
        for pair in target.query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(halves[0])] = (halves.count > 1 ? String(halves[1]) : "").removingPercentEncoding
        }
        return state.withLock { state in
            if key.isEmpty { return list(query, state) }
            if query["uploads"] != nil || query["uploadId"] != nil {
                return multipart(request, key, query, &state)
            }
            return object(request, key, &state)
        }
    }

    private func object(_ request: HTTPRequest, _ key: String, _ state: inout State) -> HTTPResponse {
        let old = state.objects[key]
        switch request.method {
        case .put:
            if request.headers["If-None-Match"] == "*", old != nil, !flaws.ignoresIfNoneMatch {
                return FakeBucket.error(flaws.answersNotModified ? 304 : 412, "PreconditionFailed")
            }
            if let wanted = request.headers["If-Match"], !flaws.ignoresIfMatch {
                guard let old else { return FakeBucket.error(404, "NoSuchKey") }
                let tag = flaws.wantsBareTags ? old.tag : "\"\(old.tag)\""
                guard wanted == tag else { return FakeBucket.error(412, "PreconditionFailed") }
            }
            let object = FakeBucket.object(request.body, request.headers.fields)
            state.objects[key] = object
            return HTTPResponse(status: 200, headers: ["ETag": "\"\(object.tag)\""])
        case .delete:
            state.objects[key] = nil
            return HTTPResponse(status: 204)
        default:
            guard let old else { return FakeBucket.error(404, "NoSuchKey", head: request.method == .head) }
            return read(old, request)
        }
    }

    private func read(_ object: Object, _ request: HTTPRequest) -> HTTPResponse {
        var headers = HTTPHeaders(object.metadata)
        headers["ETag"] = "\"\(object.tag)\""
        headers["Last-Modified"] = "Fri, 20 Nov 2026 19:37:45 GMT"
        var body = object.content
        var status = 200
        if let range = request.headers["Range"], !flaws.ignoresRanges {
            let ends = range.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            guard ends[0] < body.count else { return FakeBucket.error(416, "InvalidRange") }
            let last = min(ends[1], body.count - 1)
            headers["Content-Range"] = "bytes \(ends[0])-\(last)/\(body.count)"
            body = Array(body[ends[0]...last])
            status = 206
        }
        headers["Content-Length"] = String(body.count)
        return HTTPResponse(status: status, headers: headers, body: request.method == .head ? [] : body)
    }

    private func list(_ query: [String: String], _ state: State) -> HTTPResponse {
        let prefix = query["prefix"] ?? ""
        if query["uploads"] != nil {
            let uploads = state.uploads.map { id, upload in
                "<Upload><Key>\(upload.key)</Key><UploadId>\(id)</UploadId>"
                    + "<Initiated>2026-11-20T00:00:00.000Z</Initiated></Upload>"
            }
            return FakeBucket.xml(
                "ListMultipartUploadsResult", uploads.joined() + "<IsTruncated>false</IsTruncated>")
        }
        let keys = state.objects.keys.filter { $0.hasPrefix(prefix) && $0 > query["start-after"] ?? "" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let page = keys.prefix(Int(query["max-keys"] ?? "") ?? 1_000)
        let items = (flaws.listsBackwards ? page.reversed() : Array(page)).map { key in
            "<Contents><Key>\(key)</Key><Size>\(state.objects[key]?.content.count ?? 0)</Size>"
                + "<LastModified>2026-11-20T19:37:45.250Z</LastModified>"
                + "<ETag>&quot;\(state.objects[key]?.tag ?? "")&quot;</ETag></Contents>"
        }
        return FakeBucket.xml(
            "ListBucketResult", items.joined() + "<IsTruncated>\(page.count < keys.count)</IsTruncated>")
    }

    private func multipart(
        _ request: HTTPRequest, _ key: String, _ query: [String: String], _ state: inout State
    ) -> HTTPResponse {
        guard let id = query["uploadId"] else {
            let id = "upload-\(state.uploads.count + state.completions + 1)"
            state.uploads[id] = Upload(key: key, metadata: request.headers.fields)
            return FakeBucket.xml("InitiateMultipartUploadResult", "<UploadId>\(id)</UploadId>")
        }
        guard let upload = state.uploads[id] else {
            return FakeBucket.error(404, "NoSuchUpload")
        }
        switch request.method {
        case .put:
            state.uploads[id]?.parts[Int(query["partNumber"] ?? "") ?? 0] = request.body
            return HTTPResponse(status: 200, headers: ["ETag": "\"\(FakeBucket.tag(request.body))\""])
        case .delete:
            state.uploads[id] = nil
            return HTTPResponse(status: 204)
        case .post:
            if request.headers["If-None-Match"] == "*", state.objects[key] != nil,
                !flaws.ignoresIfNoneMatchInParts
            {
                return FakeBucket.error(412, "PreconditionFailed")
            }
            if state.completions < flaws.completesWithErrors {
                state.completions += 1
                return FakeBucket.xml("Error", "<Code>InternalError</Code><Message>later</Message>")
            }
            state.completions += 1
            state.uploads[id] = nil
            let content = upload.parts.sorted { $0.key < $1.key }.flatMap(\.value)
            state.objects[key] = FakeBucket.object(content, upload.metadata)
            return FakeBucket.xml(
                "CompleteMultipartUploadResult", "<ETag>&quot;\(FakeBucket.tag(content))&quot;</ETag>")
        default:
            let parts = upload.parts.sorted { $0.key < $1.key }.map { number, part in
                "<Part><PartNumber>\(number)</PartNumber><Size>\(part.count)</Size>"
                    + "<ETag>&quot;\(FakeBucket.tag(part))&quot;</ETag></Part>"
            }
            return FakeBucket.xml("ListPartsResult", parts.joined() + "<IsTruncated>false</IsTruncated>")
        }
    }

    private static func object(_ content: [UInt8], _ fields: [HTTPHeaders.Field]) -> Object {
        Object(
            content: content, metadata: fields.filter { $0.name.lowercased().hasPrefix("x-amz-meta-") },
            tag: tag(content))
    }

    private static func tag(_ content: [UInt8]) -> String {
        String(Digest(of: content).hexadecimal.prefix(32))
    }

    private static func xml(_ root: String, _ content: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            body: Array(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(root) xmlns=\"http://s3\">\(content)</\(root)>"
                    .utf8))
    }

    static func error(_ status: Int, _ code: String, head: Bool = false) -> HTTPResponse {
        HTTPResponse(
            status: status,
            body: head ? [] : Array("<Error><Code>\(code)</Code><Message>said</Message></Error>".utf8))
    }
}
