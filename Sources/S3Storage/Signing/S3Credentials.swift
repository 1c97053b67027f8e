// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a request is signed with.
///
/// Its text never shows the secret.
public struct S3Credentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The public half.
    public let accessKeyID: String
    /// The secret half.
    public let secretAccessKey: String
    /// The token of temporary credentials.
    public let sessionToken: String?

    /// Makes credentials.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The public half alone.
    public var description: String { "S3Credentials(\(accessKeyID))" }
    /// The public half alone.
    public var debugDescription: String { description }
    /// The public half alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
