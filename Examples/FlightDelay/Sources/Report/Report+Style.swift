// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Report {
    /// The page's style, light or dark as the reader's system is.
    static let style = """
        :root { --ink: #1c2430; --soft: #5b6675; --rule: #dfe4ea; --page: #ffffff; --card: #f7f9fb;
          --a: #1f6feb; --b: #d9580d; --m0: #93b8f5; --m1: #4f8df0; --m2: #1f58b8; --m3: #0b2f6b; --bad: #d1242f; --good: #2da44e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9aa7b6; --rule: #303944; --page: #12161c;
          --card: #1a2028; --a: #6aa5ff; --b: #ff9a57; --m0: #3f6dba; --m1: #6a9cf0; --m2: #a3c4ff; --m3: #e0ebff; --bad: #ff6b6b; --good: #4cc26b; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1100px;
          margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 0; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0; }
        section > p { color: var(--soft); margin: .2rem 0 .8rem; }
        .figure { display: flex; flex-wrap: wrap; gap: 1rem; overflow-x: auto; } .figure > div { flex: 1 1 420px; }
        .figure ul { margin: 0; flex: 1 1 420px; } svg { width: 100%; max-width: 760px; height: auto; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
          padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); } td:not(:last-child) { white-space: nowrap; } th { color: var(--soft); font-weight: 500; }
        .label { font: 12px system-ui, sans-serif; fill: var(--soft); } .strong { font-weight: 600; fill: var(--ink); }
        .cell { fill: var(--ink); } .grid { stroke: var(--rule); } .line { fill: none; stroke-width: 2; }
        .series0 { stroke: var(--a); } .series1 { stroke: var(--b); } .dot { fill: var(--card); stroke-width: 2; }
        .name0 { fill: var(--a); } .name1 { fill: var(--b); }
        .month0 { stroke: var(--m0); } .month1 { stroke: var(--m1); } .month2 { stroke: var(--m2); } .month3 { stroke: var(--m3); }
        .tone0 { fill: var(--m0); } .tone1 { fill: var(--m1); } .tone2 { fill: var(--m2); } .tone3 { fill: var(--m3); }
        .drifted { fill: var(--bad); } .quiet { fill: var(--good); }
        .box { fill: var(--page); stroke: var(--rule); } .alias { stroke: var(--good); stroke-width: 2; }
        .link { fill: none; stroke: var(--soft); stroke-width: 1.2; } .serving { stroke: var(--good); stroke-width: 2.5; }
        .past { stroke-dasharray: 4 4; }
        """
}
