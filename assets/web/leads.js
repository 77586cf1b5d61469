// The list of registered interests.
import { watchContacts } from "./contacts.js";

watchContacts();
