// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Ensemble {
    /// Reads a model in any of the known formats, which is recognised from the content.
    package static func read(_ bytes: [UInt8]) throws(TreeEnsembleError) -> Ensemble {
        if CompactForm.recognizes(bytes) { return try CompactForm.read(bytes) }
        if LightGBMReader.recognizes(bytes) { return try LightGBMReader(bytes).read() }
        if ZipArchive.recognizes(bytes) { return try SkopsReader(bytes).read() }
        if TreeliteReader.recognizes(bytes) {
            var reader = try TreeliteReader(bytes)
            return try reader.read()
        }
        if ONNXReader.recognizes(bytes) { return try ONNXReader(bytes).read() }
        let start = bytes.firstIndex { $0 > 0x20 } ?? bytes.count
        if start < bytes.count, bytes[start] == UInt8(ascii: "{") {
            // UBJSON names start with the marker of their length; a JSON name starts with a quote after blanks.
            let next = bytes[(start + 1)...].first { $0 > 0x20 }
            let isText = next == UInt8(ascii: "\"") || next == UInt8(ascii: "}")
            let document =
                isText ? try JSONDocumentScanner.scan(bytes) : try UBJSONDocumentScanner.scan(bytes)
            return try read(document, format: isText ? "JSON" : "UBJSON")
        }
        throw TreeEnsembleError(
            .unknownFormat,
            bytes.isEmpty
                ? "the file is empty"
                : "the content is none of the known formats: XGBoost JSON or UBJSON, LightGBM text, CatBoost JSON, ONNX, skops, Treelite checkpoint"
        )
    }

    private static func read(_ document: DocumentValue, format: String) throws(TreeEnsembleError) -> Ensemble
    {
        let root = try document.object("the model")
        if root["learner"] != nil { return try XGBoostReader(document, format: format).read() }
        if CatBoostReader.recognizes(root) { return try CatBoostReader(root).read() }
        throw TreeEnsembleError(
            .unknownFormat,
            "the document is not a model that is known: its members are "
                + root.names.prefix(8).joined(separator: ", "))
    }
}
