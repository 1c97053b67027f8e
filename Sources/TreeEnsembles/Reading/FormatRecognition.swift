// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Ensemble {
    /// Reads a model file in any of the known formats; one in the compact form is mapped and read in place.
    package static func read(path: String) throws(TreeEnsembleError) -> Ensemble {
        if let memory = FileMemory.mapped(path, startingWith: CompactForm.magic) {
            return try CompactForm.read(memory)
        }
        return try read(try FileBytes.read(path))
    }

    /// Reads a model in any of the known formats, which is recognised from the content.
    package static func read(_ bytes: [UInt8]) throws(TreeEnsembleError) -> Ensemble {
        if CompactForm.recognizes(bytes) { return try CompactForm.read(FileMemory(copying: bytes)) }
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
        throw TreeEnsembleError(.unknownFormat, UnreadForm.message(for: bytes))
    }

    private static func read(_ document: DocumentValue, format: String) throws(TreeEnsembleError) -> Ensemble
    {
        let root = try document.object("the model")
        if root["learner"] != nil { return try XGBoostReader(document, format: format).read() }
        if CatBoostReader.recognizes(root) { return try CatBoostReader(root).read() }
        throw TreeEnsembleError(.unknownFormat, UnreadForm.message(forMembers: root.names))
    }
}

/// Forms in which people keep models and which are not read, and what to save instead.
private enum UnreadForm {
    static func message(for bytes: [UInt8]) -> String {
        guard let first = bytes.first(where: { $0 > 0x20 }) else { return "the file is empty" }
        if bytes.starts(with: Array("binf".utf8)) {
            return
                "this is XGBoost's binary form: load it with a release before 3.1 and save it as JSON or UBJSON"
        }
        if bytes.starts(with: Array("CBM1".utf8)) {
            return "this is CatBoost's binary form: save the model with format='json'"
        }
        if bytes[0] == 0x80, bytes.count > 1, 2...5 ~= bytes[1] {
            return
                "this is a pickle of Python: save the model with its own library, scikit-learn's with skops"
        }
        if first == UInt8(ascii: "[") {
            return
                "this is a list, such as XGBoost's dump_model writes, which has neither base_score nor the objective: "
                + "use save_model"
        }
        return
            "the content is none of the known formats: XGBoost JSON or UBJSON, LightGBM text, CatBoost JSON, "
            + "ONNX, skops, Treelite checkpoint; save a model in a library's older binary form as one of them"
    }

    static func message(forMembers names: [String]) -> String {
        if names.contains("tree_info") {
            return "this is what LightGBM's dump_model writes for people to read: use save_model"
        }
        return "the document is not a model that is known: its members are "
            + names.prefix(8).joined(separator: ", ")
    }
}
