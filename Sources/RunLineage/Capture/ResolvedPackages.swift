// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The file `Package.resolved` of the Swift package manager, in its formats 1, 2 and 3.
enum ResolvedPackages {
    /// The version, or else the revision, of each package by identity; empty where the folder has no such file,
    /// which a package without dependencies has not, and nil where the file cannot be read.
    static func versions(in folder: String) -> [String: String]? {
        let path = folder + "/Package.resolved"
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let data = FileManager.default.contents(atPath: path),
            let value = try? JSONValue(parsing: Array(data)),
            let pins = (value["pins"] ?? value["object"]?["pins"])?.array
        else { return nil }
        var versions: [String: String] = [:]
        for pin in pins {
            guard let identity = (pin["identity"] ?? pin["package"])?.string else { return nil }
            let state = pin["state"]
            versions[identity] =
                (state?["version"] ?? .null).string ?? state?["revision"]?.string ?? "unknown"
        }
        return versions
    }
}
