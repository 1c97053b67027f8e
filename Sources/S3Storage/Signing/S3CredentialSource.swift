// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where credentials come from; asked before each attempt, so that temporary ones can be renewed.
public struct S3CredentialSource: Sendable {
    let load: @Sendable () async throws -> S3Credentials?

    /// Takes credentials from anywhere; nil sends requests without a signature.
    public init(_ load: @escaping @Sendable () async throws -> S3Credentials?) {
        self.load = load
    }

    /// The variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` of the process; where they
    /// are not set, the profile that `AWS_PROFILE` names (else `default`) in the file that
    /// `AWS_SHARED_CREDENTIALS_FILE` names (else `~/.aws/credentials`).
    public static let environment = S3CredentialSource {
        try S3CredentialSource.find(in: ProcessInfo.processInfo.environment)
    }

    /// The same credentials for ever.
    public static func fixed(_ credentials: S3Credentials) -> S3CredentialSource {
        S3CredentialSource { credentials }
    }

    /// No signature: for buckets that everyone may read.
    public static let anonymous = S3CredentialSource { nil }

    /// Looks in these variables and then in the file of profiles.
    static func find(in environment: [String: String]) throws(StoreError) -> S3Credentials {
        if let id = environment["AWS_ACCESS_KEY_ID"], !id.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        {
            let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
            return S3Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
        }
        let home = environment["HOME"] ?? ""
        let file = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? home + "/.aws/credentials"
        let profile = environment["AWS_PROFILE"] ?? "default"
        if let content = try? Data(contentsOf: URL(filePath: file)), content.count < 1 << 20 {
            let values = S3CredentialSource.section(profile, of: String(decoding: content, as: UTF8.self))
            if let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] {
                return S3Credentials(
                    accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
            }
        }
        throw StoreError(
            .permissionDenied,
            "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile"
                + " '\(profile)' in \(file)")
    }

    /// The settings under one heading of a file of profiles.
    private static func section(_ name: String, of text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline).map({ trimmed($0) }) {
            if line.hasPrefix("[") {
                isInside = line == "[\(name)]"
            } else if isInside, !line.hasPrefix("#"), let mark = line.firstIndex(of: "=") {
                values[trimmed(line[..<mark]).lowercased()] = trimmed(line[line.index(after: mark)...])
            }
        }
        return values
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
