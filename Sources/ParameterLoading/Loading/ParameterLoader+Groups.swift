// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Folders of alternatives and the defaults list that chooses among them, in the manner of Hydra.
///
/// A folder `conf` with `config.yaml`, `model/lightgbm.yaml` and `model/xgboost.yaml` has one group, `model`, with two
/// options. The list `defaults` of a file names what is merged below it; `_self_` is the file itself, at the end if
/// the list does not say. The command line chooses another option with `model=xgboost`.
extension ParameterLoader {
    /// What the command line chose for groups.
    struct Choices {
        /// The option of each group; nil where the group was deleted.
        var options: [String: String?] = [:]
        /// Groups that the defaults lists did not name.
        var added: [(group: String, option: String, origin: Origin)] = []
        /// Groups that some defaults list named.
        var used: Set<String> = []
    }

    mutating func readGroups(_ root: String, _ name: String, arguments: [ParameterSource]) -> Node? {
        let root = root.hasSuffix("/") ? root : root + "/"
        var choices = Choices()
        let origin = sources.place(ofGroupsIn: root)
        for source in arguments {
            guard case .arguments(let words) = source.kind else { continue }
            for word in words { choose(word, root: root, origin: origin, &choices) }
        }
        groupRoots.append(root)
        guard let result = readOption(root, name, group: "", origin: origin, stack: [], &choices) else {
            return nil
        }
        var merged = result
        for added in choices.added {
            if let node = readOption(
                root, added.option, group: added.group, origin: added.origin, stack: [], &choices)
            {
                _ = Merging.merge(
                    packaged(node, added.group.split(separator: "/").map(String.init)), over: &merged)
            }
        }
        for group in choices.options.keys.sorted() where !choices.used.contains(group) {
            report(
                .invalidRequest, "no defaults list has the group '\(group)'; add it with '+\(group)='",
                at: origin)
        }
        return merged
    }

    /// Takes an argument as the choice of a group's option, if it is one.
    private mutating func choose(_ word: String, root: String, origin: Origin, _ choices: inout Choices) {
        guard let group = ParameterLoader.group(of: word, in: root) else { return }
        let option = word.split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init)
        if word.hasPrefix("~") {
            choices.options[group] = .some(nil)
        } else if word.hasPrefix("+"), let option {
            choices.added.append((group, option, origin))
        } else if let option {
            choices.options[group] = option
        }
    }

    /// The group that an argument chooses an option of; nil where it is an ordinary override.
    static func group(of word: String, in root: String) -> String? {
        let text = word.drop { $0 == "+" || $0 == "~" }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0].prefix { $0 != "@" })
        guard !name.isEmpty, !name.contains("."), !name.hasPrefix("-"), !name.hasPrefix("/") else {
            return nil
        }
        guard parts.count == 2 || word.hasPrefix("~") else { return nil }
        if parts.count == 2, parts[1].contains(where: { "{[(,\"'$".contains($0) }) { return nil }
        var isFolder = false
        let attributes = try? FileManager.default.attributesOfItem(atPath: root + name)
        isFolder = attributes?[.type] as? FileAttributeType == .typeDirectory
        return isFolder ? name : nil
    }

    /// Reads an option of a group with everything that its own defaults list names.
    private mutating func readOption(
        _ root: String, _ option: String, group: String, origin: Origin, stack: [String],
        _ choices: inout Choices
    ) -> Node? {
        let folder = root + (group.isEmpty ? "" : group + "/")
        let endings =
            ParameterFormat(path: option) == nil ? ParameterLoader.endings.map { "." + $0 } : [""]
        guard let path = endings.map({ folder + option + $0 }).first(where: FileManager.default.fileExists)
        else {
            let options = ParameterLoader.options(in: folder)
            let near = KeyNames.nearest(to: option, among: options)
            report(
                .unreadable,
                "'\(group.isEmpty ? root : group)' has no option '\(option)'"
                    + (near.map { "; did you mean '\($0)'?" }
                        ?? "; there are \(options.joined(separator: ", "))"),
                at: origin)
            return nil
        }
        guard let node = readIncluded(path, from: origin, stack: stack),
            case .mapping(var members) = node.content
        else { return nil }
        guard let list = members.remove("defaults")?.value else { return node }
        guard case .list(let entries) = list.content else {
            report(.wrongType, "'defaults' must be a list of groups with their options", at: list.origin)
            return node
        }
        var own = node
        own.content = .mapping(members)
        var merged = Node(.mapping(Members()), at: node.origin)
        var hasSelf = false
        for entry in entries {
            if case .string("_self_") = entry.content {
                hasSelf = true
                _ = Merging.merge(own, over: &merged)
                continue
            }
            for layer in layers(of: entry, root: root, group: group, stack: stack + [path], &choices) {
                _ = Merging.merge(layer, over: &merged)
            }
        }
        if !hasSelf { _ = Merging.merge(own, over: &merged) }
        return merged
    }

    private static let endings = ["yaml", "yml", "toml", "json"]

    /// The names of the options that a group has, sorted.
    static func options(ofGroup group: String, in root: String) -> [String] {
        options(in: (root.hasSuffix("/") ? root : root + "/") + group + "/")
    }

    private static func options(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            guard let dot = name.lastIndex(of: "."), endings.contains(String(name[dot...].dropFirst())) else {
                return nil
            }
            return String(name[..<dot])
        }.sorted()
    }

    /// The layers that one entry of a defaults list stands for, each in its package.
    private mutating func layers(
        of entry: Node, root: String, group: String, stack: [String], _ choices: inout Choices
    ) -> [Node] {
        if case .string(let name) = entry.content {
            let (folder, option) = absolute(name, in: group)
            let node = readOption(root, option, group: folder, origin: entry.origin, stack: stack, &choices)
            return node.map { [$0] } ?? []
        }
        guard case .mapping(let members) = entry.content, members.count == 1, let only = members.entries.first
        else {
            report(.wrongType, "an entry of 'defaults' is a name or one 'group: option'", at: entry.origin)
            return []
        }
        var key = only.key
        let isOptional = key.hasPrefix("optional ")
        let isOverride = key.hasPrefix("override ")
        if isOptional || isOverride {
            key = key.split(separator: " ", maxSplits: 1).last.map(String.init) ?? key
        }
        let parts = key.split(separator: "@", maxSplits: 1).map(String.init)
        let (parent, last) = absolute(parts[0], in: group)
        let name = parent.isEmpty ? last : parent + "/" + last
        if isOverride {
            if choices.options[name] == nil, case .string(let option) = only.value.content {
                choices.options[name] = option
            }
            choices.used.insert(name)
            return []
        }
        var options: [String] = []
        switch only.value.content {
        case .null: break
        case .string("???") where choices.options[name] == nil:
            report(
                .missingKey, "the group '\(name)' needs a choice: write '\(name)=' on the command line",
                at: only.value.origin)
        case .string(let option): options = [option]
        case .list(let several):
            options = several.compactMap { if case .string(let text) = $0.content { text } else { nil } }
        default: report(.wrongType, "the option of a group is a name", at: only.value.origin)
        }
        if let chosen = choices.options[name] {
            choices.used.insert(name)
            options = chosen.map { [$0] } ?? []
        }
        // Without a package a group's values go below the group's name, relative to the list's own group.
        let relative =
            parts[0].hasPrefix("/") ? name : String(name.dropFirst(group.isEmpty ? 0 : group.count + 1))
        var package = relative.split(separator: "/").map(String.init)
        if parts.count == 2 {
            switch parts[1] {
            case "_global_", "_here_": package = []
            default: package = parts[1].split(separator: ".").map(String.init)
            }
        }
        return options.compactMap { option in
            if isOptional, !exists(root + name + "/" + option) { return nil }
            let node = readOption(
                root, option, group: name, origin: only.value.origin, stack: stack, &choices)
            return node.map { packaged($0, package) }
        }
    }

    private func exists(_ path: String) -> Bool {
        ["", ".yaml", ".yml", ".toml", ".json"].contains { FileManager.default.fileExists(atPath: path + $0) }
    }

    /// The folder and the last part of a name that is relative to a group, or absolute with a slash in front.
    private func absolute(_ name: String, in group: String) -> (folder: String, last: String) {
        var parts = name.split(separator: "/").map(String.init)
        let last = parts.popLast() ?? name
        if !name.hasPrefix("/"), !group.isEmpty {
            parts = group.split(separator: "/").map(String.init) + parts
        }
        return (parts.joined(separator: "/"), last)
    }

    private func packaged(_ node: Node, _ package: [String]) -> Node {
        package.reversed().reduce(node) { inner, key in
            var members = Members()
            _ = members.append(Member(key: key, keyOrigin: inner.origin, value: inner))
            return Node(.mapping(members), at: inner.origin)
        }
    }
}

extension SourceList {
    /// A place for problems that concern a folder of groups as a whole.
    fileprivate mutating func place(ofGroupsIn root: String) -> Origin {
        Origin(add(SourceText(name: root, kind: .file, bytes: [])), 0)
    }
}
