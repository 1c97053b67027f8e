// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores
public import ContentHashing
public import TableReading

/// A file of a dataset version.
public struct DatasetFile: Hashable, Sendable, Codable {
    /// The path in the dataset, with `/` between names.
    public let path: String
    /// What it holds.
    public let content: StoredContent
    /// Whether it may be executed.
    public let isExecutable: Bool
    /// What it is as a table; nil where it was not read as one.
    public let table: TableDescription?

    init(path: String, content: StoredContent, isExecutable: Bool, table: TableDescription?) {
        self.path = path
        self.content = content
        self.isExecutable = isExecutable
        self.table = table
    }

    /// The digest of the content.
    public var digest: Digest { content.digest }

    /// The size in bytes.
    public var size: Int { content.size }

    private enum CodingKeys: String, CodingKey {
        case path, content
        case isExecutable = "executable"
        case table
    }

    /// Reads a file, refusing a path that is not one below a folder.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        path = try container.decode(String.self, forKey: .path)
        content = try container.decode(StoredContent.self, forKey: .content)
        isExecutable = try container.decodeIfPresent(Bool.self, forKey: .isExecutable) ?? false
        table = try container.decodeIfPresent(TableDescription.self, forKey: .table)
        guard DatasetFile.isSafe(path) else {
            throw DecodingError.dataCorruptedError(
                forKey: .path, in: container, debugDescription: "the path '\(path)' leads out of the dataset")
        }
    }

    /// Writes the file.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(content, forKey: .content)
        if isExecutable { try container.encode(true, forKey: .isExecutable) }
        try container.encodeIfPresent(table, forKey: .table)
    }

    /// Whether a path stays below the folder it starts from: relative, without empty names, `.`, `..` and NUL.
    static func isSafe(_ path: String) -> Bool {
        let bytes = path.utf8
        guard !bytes.isEmpty, bytes.count <= 4_096, !bytes.contains(0) else { return false }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
            name in
            !name.isEmpty && name.count <= 255 && !name.elementsEqual(".".utf8)
                && !name.elementsEqual("..".utf8)
        }
    }
}

/// What a file is as a table.
public struct TableDescription: Hashable, Sendable, Codable {
    /// How many rows it has.
    public let rowCount: Int
    /// Its columns.
    public let schema: TableSchema
    /// What is equal for equal rows in any order.
    public let rows: RowFingerprint
    /// Its profile.
    public let profile: StoredContent
}
