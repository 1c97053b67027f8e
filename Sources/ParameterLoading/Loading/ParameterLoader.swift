// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads sources one after the other and merges them; collects problems instead of stopping at the first.
struct ParameterLoader {
    var sources = SourceList()
    var problems: [ParameterProblem] = []
    var root = Node(.mapping(Members()), at: Origin(0, 0))
    /// The process environment, for interpolations.
    var variables: [String: String]
    /// Whether the keys that exist are all that are known, because no type says which there are.
    var isUntyped = false
    /// Folders whose groups the command line chooses options of.
    var groupRoots: [String] = []

    init(variables: [String: String]? = nil) {
        self.variables = variables ?? ProcessInfo.processInfo.environment
    }

    /// Reads and merges all sources and resolves the interpolations in the result.
    mutating func load(_ list: [ParameterSource]) {
        if list.isEmpty { _ = sources.add(SourceText(name: "nothing", kind: .defaults, bytes: [])) }
        for source in list {
            guard let layer = read(source.kind, among: list) else { continue }
            guard case .mapping = layer.content else {
                if case .null = layer.content { continue }
                add(
                    .wrongType,
                    "parameters must be a mapping of keys to values, but here is \(layer.content.kind)",
                    at: layer.origin)
                continue
            }
            _ = Merging.merge(layer, over: &root)
        }
        var interpolation = Interpolation(root: root, variables: variables)
        root = interpolation.resolve()
        for fault in interpolation.faults {
            problems.append(
                sources.problem(.interpolation, fault.message, at: fault.place, keyPath: fault.path))
        }
    }

    private mutating func add(_ code: ParameterProblem.Code, _ message: String, at place: Origin?) {
        problems.append(sources.problem(code, message, at: place))
    }

    private mutating func read(_ kind: ParameterSource.Kind, among list: [ParameterSource]) -> Node? {
        switch kind {
        case .defaults(let encode):
            let number = sources.add(SourceText(name: "default", kind: .defaults, bytes: []))
            do {
                return try encode(number)
            } catch {
                add(.invalidRequest, "the defaults cannot be encoded: \(error)", at: nil)
                return nil
            }
        case .file(let path, let isOptional): return readFile(path, isOptional: isOptional)
        case .groups(let folder, let name): return readGroups(folder, name, arguments: list)
        case .text(let bytes, let format, let name):
            return parse(SourceText(name: name, kind: .file, bytes: bytes), format)
                .map { expandDirectives($0, path: nil, stack: []) }
        case .dotEnv(let path, let prefix, let isOptional):
            guard let bytes = bytes(of: path, isOptional: isOptional) else { return nil }
            return readDotEnv(bytes, path, prefix: prefix)
        case .variables(let variables, let prefix):
            let chosen = variables.filter { $0.key.hasPrefix(prefix) && $0.key != prefix }.sorted {
                $0.key < $1.key
            }
            var text: [UInt8] = []
            var places: [Int] = []
            for (name, value) in chosen {
                places.append(text.count)
                text.append(contentsOf: "\(name)=\(value.replacing("\n", with: " "))\n".utf8)
            }
            let number = sources.add(SourceText(name: "environment", kind: .environment, bytes: text))
            return variablesLayer(
                zip(chosen, places).map { ($0.key, $0.value, Origin(number, $1)) }, prefix: prefix,
                source: number)
        case .arguments(let arguments): return readArguments(arguments)
        }
    }

    // MARK: Files

    mutating func bytes(of path: String, isOptional: Bool) -> [UInt8]? {
        if isOptional, !FileManager.default.fileExists(atPath: path) { return nil }
        // What is too large is refused before it is read.
        let attribute = (try? FileManager.default.attributesOfItem(atPath: path))?[.size]
        let size = (attribute as? any BinaryInteger).map { Int(clamping: $0) } ?? attribute as? Int ?? 0
        guard size <= ParserLimits().bytes else {
            problems.append(
                ParameterProblem(
                    .unreadable,
                    "the parameter file '\(path)' is larger than \(ParserLimits().bytes >> 20) MiB"))
            return nil
        }
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            let reason = FileManager.default.fileExists(atPath: path) ? "\(error)" : "there is no such file"
            problems.append(
                ParameterProblem(.unreadable, "the parameter file '\(path)' cannot be read: \(reason)"))
            return nil
        }
    }

    /// Reads a file with everything it includes.
    ///
    /// - Parameter stack: The files that led here.
    mutating func readFile(_ path: String, isOptional: Bool, stack: [String] = []) -> Node? {
        guard let format = ParameterFormat(path: path) else {
            problems.append(
                ParameterProblem(
                    .invalidRequest,
                    "'\(path)' must end with .yaml, .yml, .toml or .json, so that its format is known"))
            return nil
        }
        guard let bytes = bytes(of: path, isOptional: isOptional),
            let node = parse(SourceText(name: path, kind: .file, bytes: bytes), format)
        else { return nil }
        guard format == .json, FrozenParameters.isFrozen(node) else {
            return expandDirectives(node, path: path, stack: stack + [path])
        }
        do {
            _ = try FrozenParameters(parsing: bytes, name: path)
        } catch {
            problems += error.problems
            return nil
        }
        return FrozenParameters.layer(of: node)
    }

    private mutating func parse(_ text: SourceText, _ format: ParameterFormat) -> Node? {
        do {
            return try ParameterText.parse(text, format, into: &sources)
        } catch {
            let number = Int32(sources.texts.count - 1)
            add(.syntax, error.message, at: Origin(number, error.offset))
        }
        return nil
    }

    // MARK: Variables

    /// Puts variables into a tree; names are matched with the keys of the sources below, whatever their spelling.
    func variablesLayer(_ variables: [(String, String, Origin)], prefix: String, source: Int32) -> Node {
        var layer = Node(.mapping(Members()), at: Origin(source, 0))
        for (name, value, place) in variables {
            var steps: [String] = []
            var below: Node? = root
            for word in name.dropFirst(prefix.count).split(separator: "__") {
                let key = ParameterLoader.key(String(word), in: below)
                steps.append(key)
                below = below?.value(at: [.key(key)])
            }
            ParameterLoader.insert(Node(.text(value), at: place), at: steps[...], into: &layer)
        }
        return layer
    }

    private static func key(_ word: String, in node: Node?) -> String {
        let wanted = word.lowercased()
        if case .mapping(let members) = node?.content {
            for entry in members.entries where KeyNames.canonical(entry.key).lowercased() == wanted {
                return entry.key
            }
        }
        return wanted
    }

    static func insert(_ value: Node, at steps: ArraySlice<String>, into node: inout Node) {
        guard let step = steps.first else {
            node = value
            return
        }
        guard case .mapping(var members) = node.content else { return }
        node.content = .null
        if members.place(of: step) == nil {
            _ = members.append(
                Member(key: step, keyOrigin: value.origin, value: Node(.mapping(Members()), at: value.origin))
            )
        }
        if let place = members.place(of: step) {
            members.update(at: place) { insert(value, at: steps.dropFirst(), into: &$0) }
        }
        node.content = .mapping(members)
    }
}
