// GraphiQL titles an icon after its function's name, which minifying takes away: the tab's close icon would be read out as
// "mc icon". This gives the icons their names back; keeping every name of the bundle would cost a third of a megabyte.
import { basename } from "node:path";
import type { Plugin } from "vite";

const ICON = /\/@graphiql\/react\/dist\/icons\/(?!index)[\w-]+\.js$/;

export function namedIcons(): Plugin {
  return {
    name: "named-icons",
    apply: "build",
    transform: {
      filter: { id: ICON },
      handler(code, id) {
        const component = code.match(/^var (Svg\w+) = /m)?.[1];
        if (!component) this.error(`${basename(id)} holds no icon; GraphiQL has changed how it writes them.`);
        return { code: `${code}\nObject.defineProperty(${component}, "name", { value: "${component}" });\n`, map: null };
      },
    },
  };
}
