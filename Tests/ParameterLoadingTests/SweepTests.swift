// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import ParameterLoading
import TestSupport
import Testing

struct SweepTests {
    @Test func `a grid has every combination, the last key fastest`() throws {
        let points = try Sweep("a=1,2", "b=choice(x,'y z')", "c=3").grid()
        #expect(
            points.map(\.overrides) == [
                ["a=1", "b=x", "c=3"], ["a=1", "b='y z'", "c=3"], ["a=2", "b=x", "c=3"],
                ["a=2", "b='y z'", "c=3"],
            ])
        #expect(Set(points.map(\.id)).count == 4)
    }

    @Test(arguments: [
        ("a=range(0,10,3.3)", ["a=0.0", "a=3.3", "a=6.6", "a=9.899999999999999"]),
        ("a=range(3)", ["a=0", "a=1", "a=2"]),
        ("a=range(5,1,-2)", ["a=5", "a=3"]), ("a=sort(3,1,2)", ["a=1", "a=2", "a=3"]),
        ("a=sort(3,1,2,reverse=true)", ["a=3", "a=2", "a=1"]), ("a=tag(t1,choice(p,q))", ["a=p", "a=q"]),
        ("a=int(choice(1.5,2.5))", ["a=1", "a=2"]), ("a=range(start=1,stop=3)", ["a=1", "a=2"]),
        ("a=[1,2],[3]", ["a=[1,2]", "a=[3]"]), ("~a", ["~a"]),
        ("a={x: 1},{x: 2}", ["a={'x':1}", "a={'x':2}"]),
    ])
    func `functions give their values`(_ override: String, _ expected: [String]) throws {
        #expect(try Sweep(override).grid().flatMap(\.overrides) == expected)
    }

    @Test func `ids depend on keys and values alone`() throws {
        let one = try Sweep("learning_rate=0.1,0.2", "depth=3").grid()
        let two = try Sweep("depth=1,3", "++learningRate=0.2").grid()
        #expect(one[1].id == two[1].id)
        #expect(one[0].id != two[1].id)
        #expect(try Sweep("a='1'").grid()[0].id != Sweep("a=1").grid()[0].id)
    }

    @Test func `random points are the same for the same seed`() throws {
        let sweep = try Sweep("a=interval(0,1)", "n=int(interval(1,3))", "b=x,y", "c=shuffle(range(3))")
        let points = try sweep.random(count: 50, seed: 7)
        #expect(points.count == 50)
        #expect(try sweep.random(count: 10, seed: 7) == Array(points.prefix(10)))
        #expect(try sweep.random(count: 10, seed: 8) != Array(points.prefix(10)))
        let parameters = try points.map {
            try Parameters.load(
                from: .text("{a: 0, n: 0, b: 0, c: 0}", format: .yaml), .commandLine($0.overrides))
        }
        #expect(
            parameters.allSatisfy { 0..<1 ~= ($0.value.a.double ?? -1) && 1...3 ~= ($0.value.n.integer ?? 0) }
        )
        #expect(try Sweep("a=1,2").random(count: 10, seed: 1).count == 2)
        #expect(throws: ParameterError.self) { try sweep.grid() }
    }

    @Test(arguments: [
        "a", "a=range(1,2,0)", "a=choice()", "a=interval(2,1)", "a=range(1e9)", "a=glob(*)", "a=choice(1",
        "=1",
    ])
    func `faulty sweeps are refused`(_ text: String) {
        #expect(throws: ParameterError.self) { try Sweep(text).grid() }
    }

    @Test func `a sweep goes on where it stopped`() async throws {
        try await withTemporaryFolder { folder in
            let points = try Sweep("a=1,2,3").grid()
            let base = try Parameters.load(Training.self, from: .defaults(Training())).digest
            let progress = try SweepProgress(in: folder.path + "/sweep", base: base)
            try progress.finish(points[1], result: ["auc": 0.7])
            let again = try SweepProgress(in: folder.path + "/sweep", base: base)
            #expect(again.remaining(of: points) == [points[0], points[2]])
            #expect(again.result(of: points[1]) == ["auc": 0.7])
            #expect(try SweepProgress(in: folder.path + "/sweep").remaining(of: points).count == 3)
        }
    }
}
