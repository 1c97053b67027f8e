// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The names of the OCI image specification (https://github.com/opencontainers/image-spec, version 1.1) and of the CNCF's model
/// specification (https://github.com/modelpack/model-spec).
enum ModelPack {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let empty = "application/vnd.oci.empty.v1+json"
    static let artifact = "application/vnd.cncf.model.manifest.v1+json"
    static let config = "application/vnd.cncf.model.config.v1+json"

    static let reference = "org.opencontainers.image.ref.name"
    static let title = "org.opencontainers.image.title"
    static let version = "org.opencontainers.image.version"
    static let created = "org.opencontainers.image.created"
    static let path = "org.cncf.model.filepath"
    static let attributes = "org.cncf.model.file.metadata+json"
    /// Ours: an ``ExportedNote``.
    static let note = "org.swift-mlops.artifact"

    /// What a layer holds.
    enum Kind: String, CaseIterable {
        case weight
        case weightConfig = "weight.config"
        case doc, code, dataset

        /// The media type of a layer.
        func mediaType(isArchive: Bool) -> String {
            "application/vnd.cncf.model.\(rawValue).v1.\(isArchive ? "tar" : "raw")"
        }

        /// What a file most likely is; nobody who reads the layout depends on it.
        init(of path: String, isExecutable: Bool) {
            let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
            let suffix = name.split(separator: ".").dropFirst().last.map(String.init) ?? ""
            switch suffix {
            case "md", "rst", "html", "pdf", "png", "jpg", "svg": self = .doc
            case "py", "ipynb", "swift", "sh", "js", "c", "h", "cpp", "r": self = .code
            case "csv", "tsv", "jsonl", "parquet", "arrow", "feather": self = .dataset
            case "yaml", "yml", "toml", "ini": self = .weightConfig
            // A model itself may be JSON, as XGBoost's are.
            case "json"
            where name.hasSuffix("config.json") || name.hasPrefix("tokenizer")
                || name.hasSuffix(".index.json"):
                self = .weightConfig
            default:
                let isDocument = ["license", "readme", "notice", "copying"].contains(
                    name.prefix { $0 != "." })
                self = isDocument ? .doc : isExecutable ? .code : .weight
            }
        }
    }
}
