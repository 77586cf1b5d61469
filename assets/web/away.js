// Where no gateway answers, this page says so, as the floor does.
import { install } from "./install.js";

install(`/${location.pathname.split("/")[1]}`);
