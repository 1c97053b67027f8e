// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How requests to an MLflow server prove who sends them.
///
/// Its text never shows a secret.
public struct MLflowAuthorization: Sendable, CustomStringConvertible {
    let header: @Sendable () -> String?

    /// Nothing.
    public static let none = MLflowAuthorization { nil }

    /// The variables that MLflow's own clients read: `MLFLOW_TRACKING_TOKEN`, else `MLFLOW_TRACKING_USERNAME` and
    /// `MLFLOW_TRACKING_PASSWORD`, else nothing.
    public static let environment = MLflowAuthorization {
        let variables = ProcessInfo.processInfo.environment
        if let token = variables["MLFLOW_TRACKING_TOKEN"], !token.isEmpty { return "Bearer " + token }
        guard let user = variables["MLFLOW_TRACKING_USERNAME"], !user.isEmpty else { return nil }
        return basicHeader(user, variables["MLFLOW_TRACKING_PASSWORD"] ?? "")
    }

    /// A user and a password.
    public static func basic(user: String, password: String) -> MLflowAuthorization {
        MLflowAuthorization { basicHeader(user, password) }
    }

    /// A token.
    public static func bearer(_ token: String) -> MLflowAuthorization {
        MLflowAuthorization { "Bearer " + token }
    }

    /// The name of the type alone.
    public var description: String { "MLflowAuthorization" }

    private static func basicHeader(_ user: String, _ password: String) -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}
