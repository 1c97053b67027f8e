// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A format of files in which a store also cuts where the format says, so that equal parts stay equal wherever they stand.
///
/// Which formats a store knows is recorded in it, and every writer cuts alike. Rows of CSV and JSON lines are not among them: cuts
/// that are moved to the next row save nothing (see `Documentation/StoreFormat.md`).
public enum ContentBoundaries: String, Hashable, Sendable, CaseIterable {
    /// Tensors of safetensors files: one that is at least as large as the smallest chunk begins and ends with one.
    case safetensors
}

extension ContentBoundaries {
    /// Where a content should be cut, in rising order.
    ///
    /// - Parameters:
    ///   - head: The content from its start on.
    ///   - isWhole: Whether that is all of it.
    ///   - minimum: The size of the smallest chunk.
    /// - Returns: The offsets; none for a content of another format; nil where more of the content is needed to tell.
    func find(in head: UnsafeRawBufferPointer, isWhole: Bool, minimum: Int) -> [Int]? {
        switch self {
        case .safetensors: unsafe SafetensorsHeader.boundaries(in: head, isWhole: isWhole, minimum: minimum)
        }
    }
}
