/** The colours of the charts; the same as the style sheet's, which ECharts cannot read. Blue and orange differ for every eye. */
export interface Palette {
  ink: string;
  soft: string;
  line: string;
  sheet: string;
  user: string;
  resource: string;
  usual: string;
  alert: string;
}

export const light: Palette = {
  ink: "#18212d",
  soft: "#586575",
  line: "#e1e6ed",
  sheet: "#ffffff",
  user: "#2b5fc4",
  resource: "#4b7f8c",
  usual: "#9db2cf",
  alert: "#b8410b",
};

export const dark: Palette = {
  ink: "#e4e9f0",
  soft: "#9aa8b8",
  line: "#2a3441",
  sheet: "#161d26",
  user: "#84abff",
  resource: "#6fb4c4",
  usual: "#4d6384",
  alert: "#ff9d62",
};

export const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
