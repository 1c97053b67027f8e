// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension LocalObjectStore {
    /// One page of a listing.
    public func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        try await run(nil) { store throws(FileOperationError) in
            var walk = FolderWalk(files: store.files, prefix: prefix, after: after, limit: max(limit, 1))
            try walk.visit(folder: "")
            return ObjectPage(objects: walk.objects, isLast: !walk.isCut)
        }
    }
}

/// A walk through folders in the order of the keys' bytes, which leaves out what cannot be on the page.
private struct FolderWalk {
    let files: any FileOperations
    let prefix: String
    let after: String?
    let limit: Int
    var objects: [ObjectInfo] = []
    var isCut = false

    mutating func visit(folder: String) throws(FileOperationError) {
        let start = folder.isEmpty ? "" : folder + "/"
        // A folder sorts as its keys do: with the slash behind its name.
        let entries = try files.entries(in: folder)
            .filter { $0.kind != .other && !$0.name.hasPrefix("~") }
            .map {
                (path: start + $0.name, order: start + $0.name + ($0.kind == .folder ? "/" : ""), $0.kind)
            }
            .sorted { isBefore($0.order, $1.order) }
        for (path, order, kind) in entries where !isCut {
            if kind == .folder {
                let holdsPrefix = order.hasPrefix(prefix) || prefix.hasPrefix(order)
                let isBehind = after.map { $0.hasPrefix(order) || isBefore($0, order) } ?? true
                if holdsPrefix && isBehind { try visit(folder: path) }
            } else if path.hasPrefix(prefix), after.map({ isBefore($0, path) }) ?? true, isKey(path) {
                // A file that has just been deleted is not listed.
                guard let status = try files.status(path) else { continue }
                if objects.count == limit {
                    isCut = true
                } else {
                    objects.append(ObjectInfo(key: path, status: status))
                }
            }
        }
    }

    private func isKey(_ path: String) -> Bool {
        do {
            try ObjectKey.check(path)
            return true
        } catch {
            return false
        }
    }

    private func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
