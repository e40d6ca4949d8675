//! The modules behind a page's script, found by its imports when the program starts. A browser then need not discover them one
//! import after another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use super::assets;

/// The direct imports of every module, by its path below `static/`.
static IMPORTS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let sources = assets::names().filter(|name| name.ends_with(".js"));
    sources.map(|name| (imports(&name, &assets::text(&name)), name)).map(|(imports, name)| (name, imports)).collect()
});

/// The imports of each module, direct and indirect.
static BEHIND: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| IMPORTS.keys().map(|entry| (entry.clone(), reachable(entry, &IMPORTS))).collect());

/// The imports of a module, direct and indirect, in alphabetical order. Empty for a module that does not exist.
pub(crate) fn behind(entry: &str) -> &'static [String] {
    BEHIND.get(entry).map_or(&[], Vec::as_slice)
}

fn reachable(entry: &str, imports: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let (mut found, mut left) = (BTreeSet::new(), vec![entry]);
    while let Some(module) = left.pop() {
        let fresh = imports.get(module).into_iter().flatten().filter(|name| found.insert(name.to_string()));
        left.extend(fresh.map(String::as_str));
    }
    found.remove(entry);
    found.into_iter().collect()
}

/// The modules that a source imports or exports from, as paths below `static/`.
fn imports(module: &str, source: &str) -> Vec<String> {
    let starts = |line: &str| ["import ", "} from ", "export "].iter().any(|start| line.starts_with(start));
    let specifier = |line: &str| {
        let (_, rest) = line.rsplit_once(" from \"").or_else(|| line.split_once("import \""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    source.lines().filter(|line| starts(line)).filter_map(specifier).filter_map(|from| resolved(module, &from)).collect()
}

/// Resolves `./x.js` and `../x.js` from the module's folder. `None` for a path outside `static/`.
fn resolved(module: &str, from: &str) -> Option<String> {
    let mut path: Vec<_> = module.split('/').collect();
    path.pop();
    for part in from.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()?),
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn graph(modules: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        modules.iter().map(|(name, source)| ((*name).to_owned(), imports(name, source))).collect()
    }

    #[test]
    fn modules_are_found_from_where_they_are_imported() {
        assert_eq!(resolved("room.js", "./dom.js").unwrap(), "dom.js");
        assert_eq!(resolved("mafia/table.js", "../dom.js").unwrap(), "dom.js");
        assert_eq!(resolved("mafia/table.js", "./scene/seat.js").unwrap(), "mafia/scene/seat.js");
        assert_eq!(resolved("mafia/table.js", "../../outside.js"), None);
    }

    #[test]
    fn every_form_of_an_import_is_read() {
        let source = "import { a } from \"./a.js\";\nimport \"./b.js\";\nimport {\n  c,\n} from \"./c.js\";\nexport { d } from \"./d.js\";\n\
                      const text = \"import { x } from './x.js'\";\nexport const from = \"./y.js\";\n";
        assert_eq!(imports("p/page.js", source), ["p/a.js", "p/b.js", "p/c.js", "p/d.js"]);
    }

    #[test]
    fn circles_and_shared_modules_are_found_once() {
        let graph = graph(&[
            ("a.js", "import \"./b.js\";\nimport \"./c.js\";"),
            ("b.js", "import \"./c.js\";"),
            ("c.js", "import \"./a.js\";"),
        ]);
        assert_eq!(reachable("a.js", &graph), ["b.js", "c.js"]);
        assert_eq!(reachable("nothing.js", &graph), [""; 0]);
    }

    #[test]
    fn every_import_leads_to_a_module() {
        for (module, imports) in IMPORTS.iter() {
            for name in imports {
                assert!(IMPORTS.contains_key(name), "{module} imports {name}");
            }
        }
    }

    /// All files in a folder of this crate.
    fn files(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![fs::read_to_string(path).unwrap()] }).collect()
    }

    #[test]
    fn every_file_that_a_page_names_is_there() {
        let names: BTreeSet<_> = assets::names().collect();
        let pages = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"));
        let named = |start: &str| -> Vec<String> {
            let found = pages.iter().flat_map(|page| page.split(start).skip(1));
            found.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let (scripts, styles, others) = (named("layout.script(\""), named("layout.style(\""), named("{{ layout.assets }}/"));
        assert!(!scripts.is_empty() && !styles.is_empty() && !others.is_empty());
        for name in [scripts, styles, others].concat() {
            assert!(names.contains(name.as_str()), "{name}");
        }
    }
}
